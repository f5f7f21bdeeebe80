// Runs in each page before its own scripts: when sound left and when words were seen, apart from the page's own measuring.
// Moments are epoch milliseconds, so that those of two pages can be compared.
(() => {
  const loud = 1000; // of 32768: a voice, not the noise of a line
  const now = () => performance.timeOrigin + performance.now();
  /** The frame after the one that paints what is in the document now. */
  const seen = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(now())));

  window.marks = { callId: null, sent: [], told: [], interim: [], final: {}, advice: {}, growth: [] };

  window.WebSocket = class extends WebSocket {
    constructor(...how) {
      super(...how);
      this.addEventListener("message", ({ data }) => this.hear(JSON.parse(data)));
    }

    hear(message) {
      const { type, call_id, received_bytes, suggestion_id, content, stages } = message;
      if (type === "transcript") marks.told.push(message);
      if (type === "call_started") [marks.callId, this.offset] = [call_id, received_bytes];
      if (type === "suggestion_delta" && stages !== undefined) awaitAdvice(suggestion_id, content);
    }

    send(data) {
      if (typeof data !== "string") {
        this.offset += data.byteLength;
        const samples = new Int16Array(data.slice().buffer);
        marks.sent.push({ end: this.offset, at: now(), loud: samples.some((one) => Math.abs(one) > loud) });
      }
      super.send(data);
    }
  };

  const sheet = () => document.querySelector('article[aria-label="Say next"]');
  const onSheet = () => sheet()?.querySelector("p").textContent ?? "";

  function awaitAdvice(id, content) {
    const words = content.split(/[\n[]/)[0].trim();
    if (onSheet().startsWith(words)) seen((at) => (marks.advice[id] = at));
    else requestAnimationFrame(() => awaitAdvice(id, content));
  }

  new MutationObserver(() => {
    for (const { id } of document.querySelectorAll("[id^=said-]")) {
      if (id in marks.final) continue;
      marks.final[id] = null;
      seen((at) => (marks.final[id] = at));
    }
    for (const { dataset, textContent } of document.querySelectorAll("[data-interim]")) {
      const mark = { speaker: dataset.interim, text: textContent };
      if (marks.interim.findLast(({ speaker }) => speaker === mark.speaker)?.text === mark.text) continue;
      const isOfIt = ({ final, speaker, text }) => !final && speaker === mark.speaker && text === mark.text;
      mark.end = marks.told.findLast(isOfIt)?.end;
      marks.interim.push(mark);
      seen((at) => (mark.at = at));
    }
    if (sheet()?.ariaBusy === "true") marks.growth.push(onSheet());
  }).observe(document, { childList: true, subtree: true, characterData: true });
})();
