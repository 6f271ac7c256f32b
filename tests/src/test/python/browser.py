"""A Chromium driven by its devtools protocol (chromedevtools.github.io/devtools-protocol): opens, looks, clicks."""

import base64
import json
import re
import subprocess
import tempfile
import time

import websocket

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
         "--no-first-run", "--remote-debugging-port=0", "--remote-allow-origins=*"]
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 600  # a machine may be busy with other tests


class Browser:
    """One page, drawn at double density; of a browser that knows nothing yet, or what a profile's folder kept."""

    def __init__(self, program, width, height, profile=None):
        self.fresh = tempfile.TemporaryDirectory(prefix="loupe-browser-", ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile or self.fresh.name}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        self.last, self.session = 0, None
        self.socket = websocket.create_connection(self.endpoint(), timeout=120, max_size=None)
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=False)

    def endpoint(self):
        for line in self.process.stderr:
            if found := re.search(r"listening on (ws:\S+)", line):
                return found.group(1)
        raise RuntimeError(f"the browser ended with {self.process.wait()}")

    def send(self, method, **parameters):
        self.last += 1
        request = {"id": self.last, "method": method, "params": parameters}
        self.socket.send(json.dumps(request | ({"sessionId": self.session} if self.session else {})))
        while (reply := json.loads(self.socket.recv())).get("id") != self.last:
            pass
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply['error']['message']}")
        return reply["result"]

    def open(self, url):
        self.send("Page.navigate", url=url)

    def page(self, expression):
        """The value of a JavaScript expression; a promise is awaited."""
        reply = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in reply:
            thrown = reply["exceptionDetails"]
            raise RuntimeError(thrown.get("exception", {}).get("description") or thrown["text"])
        return reply["result"].get("value")

    def until(self, what, expression, seconds=PATIENCE_SECONDS):
        """Waits until an expression is true; what is not there yet counts as false."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.page(f"!!({expression})"):
                    return
            except RuntimeError:
                pass
            time.sleep(LOOK_SECONDS)
        raise TimeoutError(f"not within {seconds} s: {what}")

    def click(self, selector):
        """Presses and releases the mouse in the middle of an element, as some buttons act on no other click."""
        x, y = self.page(f"""(() => {{
            const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        for kind in ["mousePressed", "mouseReleased"]:
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key, modifiers=0):
        """Presses and releases Enter; modifiers as the protocol counts them, 8 for Shift."""
        for kind in ["rawKeyDown", "char", "keyUp"]:
            self.send("Input.dispatchKeyEvent", type=kind, modifiers=modifiers, key=key, code=key, text="\r",
                      windowsVirtualKeyCode=13)

    def picture(self, file):
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def close(self):
        self.process.kill()
        self.process.wait()
        self.fresh.cleanup()
