// Runs in each page before its own scripts: keeps the lines over which the two hear each other, to ask for their sound,
// and listens to the tones that the page plays.
(() => {
  window.links = [];
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...how) {
      super(...how);
      links.push(this);
    }
  };

  const ears = [];
  const { start } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (...when) {
    ears.push(new AnalyserNode(this.context));
    this.connect(ears.at(-1));
    return start.apply(this, when);
  };
  window.rings = () =>
    ears.some((ear) => {
      const samples = new Float32Array(ear.fftSize);
      ear.getFloatTimeDomainData(samples);
      return ear.context.state === "running" && samples.some((sample) => Math.abs(sample) > 0.01);
    });
  window.isQuiet = () => ears.every((ear) => ear.context.state === "closed");
})();
