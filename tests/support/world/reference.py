"""bridge/api/openapi.yaml and asyncapi.yaml as something that answers can be held against.

The published schemas are open: a later version may say more. Here every object is closed, so that a
member which the reference does not know is found.
"""

import functools
import re

import jsonschema
import yaml

from . import places

API = places.TREE / "bridge/api"
METHODS = ("get", "post", "put", "delete")
ROUTE = re.compile(r'\{HTTP_(\w+),\s*"(/[^"]*)"')

@functools.cache
def document(name):
    return yaml.load((API / name).read_text(encoding="utf-8"), yaml.CSafeLoader)


def resolve(node, home):
    """(what a $ref points at, the document it stands in); anything else as it is."""
    while isinstance(node, dict) and "$ref" in node:
        name, _, path = node["$ref"].partition("#/")
        home = name or home
        node = document(home)
        for part in path.split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node, home


def closed(schema, home, is_part=False):
    """The schema with every $ref in its place and every object closed.

    is_part: a member of an allOf, which cannot know what the others say.
    """
    schema, home = resolve(schema, home)
    if not isinstance(schema, dict):
        return schema
    out = {}
    for key, value in schema.items():
        if key == "properties":
            out[key] = {name: closed(one, home) for name, one in value.items()}
        elif key in ("items", "additionalProperties", "propertyNames"):
            out[key] = closed(value, home)
        elif key in ("oneOf", "anyOf", "allOf"):
            out[key] = [closed(one, home, is_part or key == "allOf") for one in value]
        else:
            out[key] = value
    if not is_part and ("properties" in out or "allOf" in out) and "additionalProperties" not in out:
        out["unevaluatedProperties"] = False
    return out


_validators = {}  # of a part of a document, by where it lies: it stays there


def validator(schema, home):
    """Made once for each part: to make it takes far longer than to ask it."""
    key = (id(schema), home)
    if key not in _validators:
        _validators[key] = (schema, _made(schema, home))
    return _validators[key][1]


def _made(schema, home):
    whole = closed(schema, home)
    jsonschema.Draft202012Validator.check_schema(whole)
    return jsonschema.Draft202012Validator(whole)


def faults(schema, home, value):
    """What is wrong with the value, in words; empty when nothing is."""
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
            for e in validator(schema, home).iter_errors(value)]


class Http:
    """openapi.yaml."""

    home = "openapi.yaml"

    def __init__(self):
        self.paths = document(self.home)["paths"]
        self.seen = set()

    def operations(self):
        for path, item in self.paths.items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    def operation(self, method, target):
        """(path as documented, operation) of a request's target."""
        path = target.partition("?")[0]
        for template, item in self.paths.items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path):
                return template, item[method.lower()]
        raise AssertionError(f"{method} {path} is not in {self.home}")

    def check(self, method, target, answer):
        """The answer's status, type and document are those of the reference; notes that it was seen."""
        template, operation = self.operation(method, target)
        where = f"{method} {target} -> {answer}"
        assert str(answer.status) in operation["responses"], f"status is not documented: {where}"
        response, home = resolve(operation["responses"][str(answer.status)], self.home)
        for name in response.get("headers", {}):
            assert answer.get(name.lower()), f"no {name}: {where}"
        self.seen.add((method, template, answer.status))
        if "content" not in response:
            assert not answer.body, where
            return
        kind = answer["content-type"].partition(";")[0]
        assert kind in response["content"], f"type {kind} is not documented: {where}"
        schema = response["content"][kind]["schema"]
        if kind.endswith("json"):
            found = faults(schema, home, answer.json)
            assert not found, f"{found[:3]}\n{where}"

    def examples(self):
        """(where, schema, document it stands in, value) of every example."""
        for method, path, operation in self.operations():
            places_ = [("request", operation.get("requestBody"))]
            places_ += [(s, r) for s, r in operation["responses"].items()]
            for name, holder in places_:
                holder, home = resolve(holder, self.home)
                for kind, media in (holder or {}).get("content", {}).items():
                    for title, example in media.get("examples", {}).items():
                        value = resolve(example, home)[0]["value"]
                        yield f"{method} {path} {name} {title}", media["schema"], home, value
            for parameter in operation.get("parameters", []):
                parameter, home = resolve(parameter, self.home)
                if "example" in parameter:
                    yield (f"{method} {path} {parameter['name']}", parameter["schema"], home,
                           parameter["example"])


class Messages:
    """asyncapi.yaml."""

    home = "asyncapi.yaml"

    def __init__(self):
        self.channels = document(self.home)["channels"]
        self.seen = set()

    def on(self, channel):
        """Name -> message of a channel."""
        return {name: resolve(m, self.home)[0] for name, m in self.channels[channel]["messages"].items()}

    def check(self, channel, name, value):
        found = faults(self.on(channel)[name]["payload"], self.home, value)
        assert not found, f"{channel} {name}: {found[:3]}\n{str(value)[:1500]}"
        self.seen.add((channel, name))

    def channel_of(self, topic, city):
        """The MQTT channel of a topic."""
        for name, channel in self.channels.items():
            address = channel["address"].replace("{city}", city)
            if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(address)), topic):
                return name
        raise AssertionError(f"topic {topic} is not in {self.home}")

    def examples(self):
        for name, message in document(self.home)["components"]["messages"].items():
            for example in message.get("examples", []):
                yield f"{name} {example['name']}", message["payload"], self.home, example["payload"]


def routes_in_the_sources():
    """(METHOD, path) of every route that stands in a table of the bridge or an adapter."""
    return {(method, path) for folder in ("bridge", "adapters")
            for file in sorted((places.TREE / folder).rglob("*.c"))
            for method, path in ROUTE.findall(file.read_text(encoding="utf-8"))}
