// The address with the token has done its work; it should not be read over one's shoulder.
const address = new URL(location.href);
if (address.searchParams.has("token")) {
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

// The script of the terminal keeps its socket to itself, and this is why it was closed.
window.WebSocket = class extends WebSocket {
  constructor(...words) {
    super(...words);
    this.addEventListener("close", ({ reason }) => {
      if (reason) document.querySelector("#why").textContent = reason;
    });
  }
};

// The terminal measures its font once, so it waits for it.
const open = window.onload;
window.onload = async () => {
  const terminal = document.querySelector("#terminal");
  const socket = new URL("ws", location.href);
  socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  socket.search = socket.hash = "";
  terminal.dataset.sessionWebsocketUrl = socket.href;
  terminal.dataset.fontSize = new URLSearchParams(location.search).get("fontsize") || 16;
  await Promise.allSettled(
    ["", "italic "].map((style) => document.fonts.load(style + '16px "Roboto Mono"', "A⣿")),
  );
  open();
  document.querySelector(".xterm-helper-textarea").focus();
  document.querySelector("#again").addEventListener("click", () => location.reload());
};
