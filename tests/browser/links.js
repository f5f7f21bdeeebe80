// Runs in each page before its own scripts: keeps the lines over which the two hear each other, to ask for their sound.
(() => {
  window.links = [];
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...how) {
      super(...how);
      links.push(this);
    }
  };
})();
