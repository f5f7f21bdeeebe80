import { listSamples, type Sample } from "../../api/samples";
import { LoadFailure } from "../../components/load-failure";
import { useLoaded } from "../../components/use-loaded";
import { SamplePicker } from "./sample-picker";

/** The recorded calls, where this server has any. */
export function Simulate({ busy, onSimulate }: { busy: boolean; onSimulate: (sample: Sample) => void }) {
  const [samples, again] = useLoaded(listSamples);
  if (samples.state === "loading") return <p className="text-ink-faint">Loading the recorded calls…</p>;
  if (samples.state === "failed") return <LoadFailure message={samples.message} onRetry={again} />;
  if (samples.value.length === 0) return <p className="text-ink-soft">This server has no recorded calls.</p>;
  return <SamplePicker samples={samples.value} busy={busy} onSimulate={onSimulate} />;
}
