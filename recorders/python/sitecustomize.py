"""Loaded into every Python process of a target's tests by PYTHONPATH.

Writes one line for each answered HTTP request into a file of its own in COORDINATOR_RECORD_DIR. Frameworks are wrapped
when the tests import them. Whatever goes wrong in here stays in here: the tests must not notice.
"""

import importlib.abc
import importlib.machinery
import json
import os
import sys
import threading

_FOLDER = os.environ.get("COORDINATOR_RECORD_DIR")
_MOST_BODY_BYTES = 4096
_MOST_RECORDS = 20_000
_MARK = "coordinator.recorded"
_lock = threading.Lock()
_records = 0


def _record(method, path, status, content_type, body, document=None):
    global _records
    try:
        with _lock:
            if _records >= _MOST_RECORDS:
                return
            _records += 1
            row = {
                "method": method,
                "path": path,
                "status": status,
                "contentType": content_type,
                "body": _text(content_type, body),
                "document": document,
            }
            name = os.path.join(_FOLDER, "%d.ndjson" % os.getpid())
            with open(name, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
    except Exception:
        pass


def _text(content_type, body):
    kind = (content_type or "").lower()
    if body is None or not ("json" in kind or "xml" in kind or kind.startswith("text/")):
        return None
    return bytes(body[:_MOST_BODY_BYTES]).decode("utf-8", "replace")


def _document(path, body):
    if "graphql" not in path.lower() or not body:
        return None
    try:
        query = json.loads(bytes(body)).get("query")
        return query[:_MOST_BODY_BYTES] if isinstance(query, str) else None
    except Exception:
        return None


def _wrap_asgi(owner):
    original = owner.__call__

    async def __call__(self, scope, receive, send):
        if scope.get("type") != "http" or scope.get(_MARK):
            return await original(self, scope, receive, send)
        scope = dict(scope)
        scope[_MARK] = True
        seen = {"status": None, "type": None, "body": bytearray(), "sent": bytearray()}

        async def recorded_receive():
            message = await receive()
            if message.get("type") == "http.request" and len(seen["sent"]) < _MOST_BODY_BYTES * 4:
                seen["sent"] += message.get("body") or b""
            return message

        async def recorded_send(message):
            kind = message.get("type")
            if kind == "http.response.start":
                seen["status"] = message.get("status")
                for name, value in message.get("headers") or []:
                    if bytes(name).lower() == b"content-type":
                        seen["type"] = bytes(value).decode("latin-1")
            elif kind == "http.response.body":
                if len(seen["body"]) < _MOST_BODY_BYTES:
                    seen["body"] += message.get("body") or b""
                if not message.get("more_body"):
                    path = scope.get("path") or ""
                    _record(
                        scope.get("method"),
                        path,
                        seen["status"],
                        seen["type"],
                        seen["body"],
                        _document(path, seen["sent"]),
                    )
            await send(message)

        return await original(self, scope, recorded_receive, recorded_send)

    owner.__call__ = __call__


def _wrap_flask(owner):
    original = owner.__call__

    def __call__(self, environ, start_response):
        if environ.get(_MARK):
            return original(self, environ, start_response)
        environ[_MARK] = True
        seen = {}

        def recorded_start(status, headers, *rest):
            seen["status"] = int(str(status).split(" ", 1)[0])
            seen["type"] = next((v for k, v in headers if k.lower() == "content-type"), None)
            return start_response(status, headers, *rest)

        path = (environ.get("SCRIPT_NAME") or "") + (environ.get("PATH_INFO") or "")
        answer = original(self, environ, recorded_start)
        if isinstance(answer, (list, tuple)):
            _record(environ.get("REQUEST_METHOD"), path, seen.get("status"), seen.get("type"), b"".join(answer))
            return answer
        return _Watched(answer, environ.get("REQUEST_METHOD"), path, seen)

    owner.__call__ = __call__


class _Watched:
    """The body of a WSGI answer; records the request when the server closes it."""

    def __init__(self, answer, method, path, seen):
        self._answer, self._method, self._path, self._seen = answer, method, path, seen
        self._body, self._open = bytearray(), True

    def __iter__(self):
        for chunk in self._answer:
            if len(self._body) < _MOST_BODY_BYTES:
                self._body += chunk
            yield chunk
        self._finish()

    def _finish(self):
        if self._open:
            self._open = False
            _record(self._method, self._path, self._seen.get("status"), self._seen.get("type"), self._body)

    def close(self):
        self._finish()
        close = getattr(self._answer, "close", None)
        if close is not None:
            close()

    def __getattr__(self, name):
        return getattr(self._answer, name)


def _wrap_django(owner):
    def record(request, response):
        try:
            body = None if getattr(response, "streaming", False) else response.content
            sent = getattr(request, "_body", None)
            _record(
                request.method,
                request.path,
                response.status_code,
                response.headers.get("Content-Type"),
                body,
                _document(request.path, sent),
            )
        except Exception:
            pass

    get_response = owner.get_response
    get_response_async = owner.get_response_async

    def recorded(self, request):
        response = get_response(self, request)
        record(request, response)
        return response

    async def recorded_async(self, request):
        response = await get_response_async(self, request)
        record(request, response)
        return response

    owner.get_response = recorded
    owner.get_response_async = recorded_async


_WRAPPERS = {
    "starlette.applications": ("Starlette", _wrap_asgi),
    "quart.app": ("Quart", _wrap_asgi),
    "litestar.app": ("Litestar", _wrap_asgi),
    "flask.app": ("Flask", _wrap_flask),
    "django.core.handlers.base": ("BaseHandler", _wrap_django),
}


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name not in _WRAPPERS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            attribute, wrap = _WRAPPERS[name]
            try:
                wrap(getattr(module, attribute))
            except Exception:
                pass

        try:
            spec.loader.exec_module = exec_module
        except Exception:
            return None
        return spec


if _FOLDER:
    sys.meta_path.insert(0, _Finder())
