"""Looks at reports in a real browser: headless Chromium, by its DevTools protocol.

    python tests/browser.py [--pictures FOLDER] REPORT.html...

Each report is shown at the widths of a phone and of a desk, light and dark, and on paper. What is looked for: messages in
the console, requests to anything but the page, a page that scrolls sideways, letters without a glyph, text that is cut off,
that lies over other text or is too small, and figures in which nothing is drawn. Says `fine` where all is as it should be.
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import websocket

PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "chrome"]
# Width, height, and the preference of colours.
VIEWS = {
    "desk": (1280, 900, "light"),
    "desk-dark": (1280, 900, "dark"),
    "phone": (360, 740, "light"),
    "phone-dark": (390, 844, "dark"),
}
SECONDS = 60
# Where the page is larger than this, a picture shows its upper part.
HIGHEST = 16000

CHECKS = r"""
(() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1
      && !e.closest('.scroll,.equation,pre'));
    found.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}: ${wide.slice(0, 3).map(e => e.outerHTML.slice(0, 80))}`);
  }
  const figures = [...document.querySelectorAll('svg.figure')];
  for (const svg of figures) {
    const name = svg.querySelector('title').textContent;
    const box = svg.getBoundingClientRect();
    const marks = [...svg.querySelectorAll('g path')].map(p => p.getBoundingClientRect()).filter(b => b.width + b.height > 5);
    if (!marks.length) found.push(`nothing is drawn in "${name}"`);
    const texts = [...svg.querySelectorAll('text')];
    const boxes = texts.map(t => t.getBoundingClientRect());
    texts.forEach((text, i) => {
      const b = boxes[i];
      if (b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 || b.bottom > box.bottom + 1)
        found.push(`"${text.textContent}" is cut off in "${name}"`);
      const size = parseFloat(getComputedStyle(text).fontSize) * box.width / svg.viewBox.baseVal.width;
      if (size < 8.5) found.push(`"${text.textContent}" is ${size.toFixed(1)} pixels high in "${name}"`);
      for (let j = 0; j < i; j++) {
        const c = boxes[j];
        const across = Math.min(b.right, c.right) - Math.max(b.left, c.left);
        const upwards = Math.min(b.bottom, c.bottom) - Math.max(b.top, c.top);
        if (across > 1 && upwards > 0.35 * Math.min(b.height, c.height))
          found.push(`"${text.textContent}" lies over "${texts[j].textContent}" in "${name}"`);
      }
    });
  }
  // A letter without a glyph looks like one that no font has.
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 40;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.font = '24px ' + getComputedStyle(document.body).fontFamily;
  const look = letter => {
    context.clearRect(0, 0, 40, 40);
    context.fillText(letter, 4, 28);
    return context.getImageData(0, 0, 40, 40).data.join();
  };
  const missing = look('\u{10fffd}');
  const letters = new Set(document.body.textContent.replace(/\s/g, ''));
  for (const letter of letters) if (look(letter) === missing) found.push(`there is no glyph for "${letter}"`);
  for (const cell of document.querySelectorAll('td,th,dd,text'))
    if (/\b(NaN|inf|Infinity|undefined|null)\b/.test(cell.textContent)) found.push(`"${cell.textContent}" is no number`);
  // Cells of a row are beside each other.
  for (const row of document.querySelectorAll('tr')) {
    const [first, ...others] = [...row.children].map(cell => cell.getBoundingClientRect());
    if (others.some(cell => Math.abs(cell.top - first.top) > 1)) { found.push(`a row is broken: ${row.textContent}`); break; }
  }
  const maths = [...document.querySelectorAll('.equation math')];
  for (const math of maths) if (math.getBoundingClientRect().height < 15) found.push('an equation is not drawn');
  const ground = getComputedStyle(document.body).backgroundColor;
  return JSON.stringify({ found, figures: figures.length, ground, height: root.scrollHeight });
})()
"""


class Browser:
    """A browser with one page."""

    def __init__(self, program, folder):
        log = open(Path(folder) / "log", "w")
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--no-first-run", "--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={folder}", "about:blank"]
        self.process = subprocess.Popen([program, *arguments], stdout=log, stderr=log)
        self.messages = []
        self.number = 0
        port, path = self.wait_for(Path(folder) / "DevToolsActivePort")
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{port}{path}", timeout=SECONDS)
        page = next(t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = None
        self.session = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.ask(f"{domain}.enable")

    def wait_for(self, file):
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if file.exists() and len(lines := file.read_text().split()) == 2:
                return lines
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit(f"the browser did not start: {(file.parent / 'log').read_text()[-2000:]}")

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.messages.append(answer)

    def show(self, address, width, height, scheme):
        """Loads a page; what its console says, and which addresses it asks for."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.messages.clear()
        self.ask("Page.navigate", url=address)
        until = time.monotonic() + SECONDS
        while not any(m.get("method") == "Page.loadEventFired" for m in self.messages):
            if time.monotonic() > until:
                raise SystemExit(f"{address} does not load")
            self.messages.append(json.loads(self.socket.recv()))

    def complaints(self, address):
        found = []
        for message in self.messages:
            method, parameters = message.get("method"), message.get("params", {})
            if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
                found.append(f"the console says {json.dumps(parameters)[:300]}")
            elif method == "Log.entryAdded":
                found.append(f"the console says {parameters['entry']['text']}")
            elif method == "Network.requestWillBeSent" and parameters["request"]["url"] != address:
                found.append(f"it asks for {parameters['request']['url'][:200]}")
        return found

    def close(self):
        self.process.terminate()
        self.process.wait(SECONDS)


def look_at(browser, report, pictures):
    address = report.resolve().as_uri()
    found, grounds = [], {}
    for name, (width, height, scheme) in VIEWS.items():
        browser.show(address, width, height, scheme)
        answer = browser.ask("Runtime.evaluate", expression=CHECKS, returnByValue=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"{report}: {answer['exceptionDetails']}")
        seen = json.loads(answer["result"]["value"])
        found += [f"{name}: {what}" for what in browser.complaints(address) + seen["found"]]
        grounds.setdefault(scheme, seen["ground"])
        if pictures:
            clip = {"x": 0, "y": 0, "width": width, "height": min(seen["height"], HIGHEST), "scale": 1}
            shot = browser.ask("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
            file = pictures / f"{report.parent.name}-{report.stem}-{name}.png"
            file.write_bytes(base64.b64decode(shot["data"]))
    if grounds["light"] == grounds["dark"]:
        found.append(f"light and dark are both {grounds['light']}")
    # Paper is light whatever the screen is, and holds tables as wide as they are.
    browser.ask("Emulation.setDeviceMetricsOverride", width=720, height=1000, deviceScaleFactor=1, mobile=False)
    browser.ask("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    seen = json.loads(browser.ask("Runtime.evaluate", expression=CHECKS, returnByValue=True)["result"]["value"])
    found += [f"paper: {what}" for what in seen["found"]]
    if seen["ground"] != grounds["light"]:
        found.append(f"paper is {seen['ground']}")
    paper = base64.b64decode(browser.ask("Page.printToPDF", preferCSSPageSize=True)["data"])
    if not paper.startswith(b"%PDF") or len(paper) < 10_000:
        found.append("it cannot be printed")
    if pictures:
        (pictures / f"{report.parent.name}-{report.stem}.pdf").write_bytes(paper)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    names = [os.environ["EQUIPOISE_BROWSER"]] if "EQUIPOISE_BROWSER" in os.environ else PROGRAMS
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        raise SystemExit(f"no browser: none of {', '.join(names)}; run ./setup --tests, or set EQUIPOISE_BROWSER")
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        try:
            found = [f"{report}: {what}" for report in arguments.reports for what in look_at(browser, report, arguments.pictures)]
        finally:
            browser.close()
    print("\n".join(found) if found else "fine")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
