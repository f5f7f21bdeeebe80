import type { WrapUpFields } from "../../api/calls";
import { Button } from "../../components/button";
import { word } from "../../components/format";

interface OvertakenProps {
  fields: WrapUpFields;
  onDecide: (mine: boolean) => void;
}

/** What the agent had not saved before the page was loaded anew, where somebody has saved something else since. */
export function Overtaken({ fields, onDecide }: OvertakenProps) {
  const mine = wordsOf(fields);
  if (mine.length === 0) return null;
  return (
    <div role="alert" className="rounded-control bg-caution-wash px-3 py-2 text-small">
      <p className="font-semibold text-caution">Somebody has saved this wrap-up since. You had not saved:</p>
      <ul className="my-1 whitespace-pre-wrap">
        {mine.map(([label, text]) => (
          <li key={label}>
            {label}: {text}
          </li>
        ))}
      </ul>
      <div className="flex gap-2">
        <Button onClick={() => onDecide(true)}>Save mine instead</Button>
        <Button look="quiet" onClick={() => onDecide(false)}>
          Leave it as saved
        </Button>
      </div>
    </div>
  );
}

function wordsOf({
  summary,
  sentiment,
  disposition,
  follow_ups: followUps,
}: WrapUpFields): [string, string][] {
  const words: [string, string | undefined][] = [
    ["Summary", summary],
    ["Outcome", disposition === null ? "not chosen" : disposition && word(disposition)],
    ["Customer's mood", sentiment && word(sentiment)],
    ["Follow-ups", followUps?.map(({ text }) => text).join("; ")],
  ];
  return words.filter((one): one is [string, string] => one[1] !== undefined);
}
