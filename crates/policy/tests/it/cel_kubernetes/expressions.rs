//! Which expressions both sides are asked.

use serde_json::json;

use super::ask::Question;
use crate::oracle::random::Random;

/// Something of every library, for its first version.
pub(super) const ONE_OF_EACH: &[&str] = &[
    "url('https://a:80/b').getHost()",
    "isURL('/a')",
    "'abc'.find('[bc]+')",
    "'a1b2'.findAll('[0-9]', 1)",
    "[1, 2].sum()",
    "[3, 2].isSorted()",
    "[3, 2].min()",
    "[3, 2].max()",
    "['a'].indexOf('a')",
    "['a'].lastIndexOf('b')",
    "[1].includes(1)",
    "1.includes(1)",
    "quantity('1Gi').isGreaterThan(quantity('1G'))",
    "isQuantity('x')",
    "ip('10.0.0.1').family()",
    "isIP('::1')",
    "ip.isCanonical('::1')",
    "string(ip('::1'))",
    "cidr('10.0.0.0/8').containsIP('10.1.2.3')",
    "isCIDR('10.0.0.0/8')",
    "format.dns1123Label().validate('a')",
    "format.named('uuid').hasValue()",
    "semver('1.2.3').major()",
    "isSemver('v1', true)",
    "jsonpatch.escapeKey('a')",
    "authorizer.path('/healthz').check('get').allowed()",
    "type(quantity('1')) == kubernetes.Quantity",
    "type(ip('::1')) == net.IP",
    "optional.of(1).hasValue()",
    "'a'.lowerAscii()",
    "'a,b'.split(',')",
    "sets.contains([1], [1])",
    "[1, 2, 3].slice(0, 1)",
    "[1, 2].transformList(i, v, i + v)",
    "1 < 1.5",
];

const QUANTITIES: &[&str] = &[
    "0", "1", "-1", "+1", "1k", "1Ki", "1.5Gi", "500m", "0.5", "1e3", "1E3", "1e-3", "12E", "1Ei", "9Ei", "0.1n", "1n", "123456789012345678",
    "1234567890123456789", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "0.0000000001", "1.0000000001",
    "", "Ki", "Ei", "Ti", "-", ".", "1.", ".5", "-.5Ki", "1.2.3", "abc", "1 ", "1kk", "1KiB", "0x1", "1e", "1e+", "1e30", "100e-9", "000123",
    "1.000", "100000000000000000000", "123456789012345678901234", "0.123456789123456789", "-0", "-0.5u", "15Pi", "1023Mi", "0.1Ki", "1e400", "1i",
    "-1e-20", "17.5Ti", "8Ei", "1000m", "1M", "1024Ki", "3.999999999999", "1e18", "1e19", "922337203685477580700m",
];
const NUMBERS: &[&str] = &["0", "1", "-1", "1000", "9223372036854775807", "(-9223372036854775807 - 1)", "42"];
const ADDRESSES: &[&str] = &[
    "10.0.0.1", "0.0.0.0", "127.0.0.1", "255.255.255.255", "224.0.0.1", "224.0.1.1", "169.254.1.1", "192.168.0.1", "8.8.8.8", "::", "::1",
    "fe80::1", "fe80::1%eth0", "ff02::1", "ff05::1", "2001:db8::1", "2001:DB8::1", "2001:db8:0:0:0:0:0:1", "::ffff:1.2.3.4", "::1.2.3.4", "fc00::1",
    "01.2.3.4", "1.2.3", "1.2.3.4.5", "1.2.3.256", "", "a", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
    "1.2.3.4%a", "[::1]", "10.0.0.1 ", "::ffff:0:0", "ff12::1", "febf::1", "fec0::1", "1:2:3:4:5:6:1.2.3.4", "12345::", "::g", "10.0.0.1/8",
];
const NETWORKS: &[&str] = &[
    "10.0.0.0/8", "10.1.2.3/8", "0.0.0.0/0", "::/0", "10.0.0.0/32", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/", "/8",
    "10.0.0.0", "2001:db8::/32", "2001:db8::1/128", "::/129", "::ffff:1.2.3.4/96", "192.168.0.0/16", "192.168.1.0/24", "192.168.1.77/25", "fe80::1%a/64",
    "10.0.0.0/8/8", "0.0.0.0/1", "10.0.0.0/0", "127.0.0.0/8", "fc00::/7", "10.0.0.0/9", "10.128.0.0/9", "::1/128", "10.0.0.0/a",
];
const VERSIONS: &[&str] = &[
    "1.2.3", "0.0.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-rc.1+b.7", "1.0.0+b", "1.0.0", "v1.0.0", "v1", "1",
    "1.2", "01.2.3", "1.02.3", "1.2.03", "1.2.3-01", "1.2.3-", "1.2.3+", "", "a.b.c", "1.2.3.4", "v01.2", "1.2-a", "1.2+a", "v", "1..2", "1.2.3-a..b",
    "99999999999999999999.0.0", "18446744073709551615.0.0", "1.2.3-99999999999999999999", "1.2.3-é", "1.2.3--", "1.2.3-0a", "001.000.00", "1.2.x",
    "vv1.2.3", "-1.2.3", "1.2.3-1.2.3+4.5", "9223372036854775808.1.1", "0x1.2.3", "00", "1.0000", "v1.2.003-x",
];
const URLS: &[&str] = &[
    "https://example.com", "https://example.com:80/", "https://user:pass@example.com:80/a/b?x=1&y=2&x=3#frag", "/path/to", "/", "*", "", "a/b", "mailto:a@b.c",
    "http://[::1]:8080/", "http://[::1", "http://[fe80::1%25en0]/", "http://[1.2.3.4]/", "http://a b/", "http://a/%zz", "http://a/%41%2f", "http://a/b c", "http://a/é",
    "http://é/", "http://a:b/", "http://a:80:90/", "x://a:80:90/", "http://:80", "http://a:", "//a/b", "///a", "HTTP://A/", "1a:b", "a+b-c.d:e", ":a", "http:/a", "http:a", "http:///a",
    "http://a?", "http://a??", "http://a/?a;b=c&d=%zz&e=f+g&=h&i", "http://a#b#c", "http://a#%zz", "http://a\\nb", "http://u@:80/", "http://u:p:q@h", "http://u%40@h", "http://u@v@h", "http://<a>/",
    "http://a%41/", "http://a%20b/", "http://[::ffff:1.2.3.4]/", "http://[v1.a]/", "http://a/!$&'()*+,;=:@", "http://a/[b]", "http://a/{b}", "http://a/%7b", "http://a/a%2Fb", "http://a/b?c={d}", "http://x[::1]/",
    "http://a/?&&", "/a:b", "/?x=1", "file:///etc/passwd", "http://a%zz/", "http://a\\u007f/", "http://[::1]a/", "http://[::1]:a/", "https://a.b./c//d/../e", "http://a/%", "http://a/%4",
];
const NAMES: &[&str] = &[
    "a", "abc", "a-b", "-a", "a-", "A", "a.b", "a..b", ".a", "1a", "a1", "", "a_b", "a/b", "a.b/c", "/a", "a/", "a/b/c", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "é", "a é", "A.b/C_d", "ab-", "--", "a--", "01234567-89ab-cdef-0123-456789abcdef", "0123456789abcdef0123456789ABCDEF", "0123456-789ab-cdef-0123-456789abcdef",
    "aGk=", "aGk", "aA==", "====", "a===", "aGkx", "aG k", "2024-02-29", "2023-02-29", "2024-13-01", "2024-1-1", "0000-01-01", "2024-04-31", "2024-02-29T10:20:30Z", "2024-02-29t10:20:30.5+01:00",
    "2024-02-29 10:20:30Z", "2024-02-29T24:00:00Z", "2024-02-29T23:60:00Z", "2024-02-29T23:00:60Z", "2024-02-29T23:00:00", "2024-02-29T23:00:00x5z", "2024-02-29T23:00:00zTx", "2024-02-29T23:00:00+1:00", "2024-02-29T1:00:00Z", "https://a", "a:b", "aé-",
    "2024-02-29T23:00:00+99:99", "2024-02-29T23:00:00++01+01:00", "aGk=\\n", "a\\n",
];
const FORMATS: &[&str] = &[
    "dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName", "dns1123LabelPrefix", "dns1123SubdomainPrefix", "dns1035LabelPrefix", "labelValue",
    "uri", "uuid", "byte", "date", "datetime",
];
const PATTERNS: &[&str] = &[
    "a", "[a-z]+", "^a.*b$", "(a|ab)(c|bcd)", "a*", "", "\\\\d+", "\\\\w+", "\\\\s", "\\\\bfoo\\\\b", "(?i)ABC", "(", "[a", "a{2,3}", "a{1001}", "\\\\pL+", "[[:alpha:]]+", "a**", ".", "(?s).",
    "\\\\Qa.b\\\\E", "\\\\x41", "[^a]", "(?P<n>a)", "(?<n>a)", "(?=a)", "\\\\1", "[a&&b]", "[a-c--b]", "[[a]b]", "\\\\<a", "\\\\z", "\\\\A", "\\\\C", "\\\\x{e9}", "é+", "[é]", "\\\\W+", "\\\\D+", "[\\\\d-]+", "[\\\\w.]+@", "(?m)^b",
    "(?x) a b", "a{,2}", "x{2}{3}", "\\\\101", "\\\\h", "[]a]", "[a-]", "\\\\-", "\\\\_", "$", "(?U)a+", "a+?", "\\\\B", "[\\\\S]+", "\\\\pZ", "\\\\p{Greek}", "(?-i)a", "\\\\a", "\\\\u0041", "[z-a]", "(?i)k", "(?i)s",
];
const TEXTS: &[&str] = &[
    "", "a", "abc", "aaaa", "foo bar", "a1b22c333", "ABC abc", "abcd", "a.b", "é", "aéb\\nb", "x@y.z", "日本語٣", "foo_bar-baz", "  ", "a\\tb", "aab", "Kelvin K ſ", "[a]b", "a-b&b",
];
const LISTS: &[&str] = &[
    "[1, 2, 3]", "[3, 1, 2]", "[1.5, 0.5]", "['b', 'a', 'b']", "[true, false]", "[1u, 2u]", "[duration('1h'), duration('1m')]", "[b'a', b'b']", "[timestamp('2024-01-01T00:00:00Z')]", "ints", "doubles", "strings", "mixed", "empty",
    "nested", "[1, 1]", "[9223372036854775807, 1]", "nothing", "number", "map",
];
const ITEMS: &[&str] = &["1", "'a'", "1.5", "2u", "true", "null", "[1]", "dyn(1)", "duration('1m')", "b'a'"];

/// Calls of every function with arguments that are fine, odd or wrong.
pub(super) fn of_libraries(count: usize) -> Vec<Question> {
    let vars = json!({
        "ints": [3, 1, 2, 1], "doubles": [1.5, -0.5], "strings": ["a", "b", "a"], "mixed": [1, "a", null, 1.5, {"a": 1}], "empty": [], "nested": [[1], [2]],
        "nothing": null, "number": 5, "map": {"a": 1, "b": "c"}, "text": "some text of an object",
    });
    let mut random = Random::new(seed());
    (0..count).map(|_| Question::plain(&of_library(&mut random)).with(&vars)).collect()
}

/// Calls with holes: a letter after `%` says what goes there.
const CALLS: &[&str] = &[
    // Quantities.
    "isQuantity(%Q)", "quantity(%Q)", "%q.isInteger() ? %q.asInteger() : -7", "%q.asInteger()", "%q.isInteger()", "%q.asApproximateFloat()",
    "%q.add(%q).asApproximateFloat()", "%q.compareTo(%q)", "%q.isLessThan(%q)", "%q.isGreaterThan(%q)", "sign(%q)", "%q == %q", "%q.add(%q)",
    "%q.sub(%q)", "%q.add(%N)", "%q.sub(%N)", "%q.add(%q).compareTo(%q)", "%q.sub(%q).compareTo(%q)", "%q.sub(%N).isLessThan(%q)",
    "%q.add(%q).asInteger()", "%q.sub(%q).isInteger()", "sign(%q.sub(%q))", "%q.add(%q) == %q", "%q.add(%N).add(%q).compareTo(%q)",
    // Addresses.
    "isIP(%A)", "ip.isCanonical(%A)", "string(ip(%A))", "ip(%A).%f()", "ip(%A).%f()", "ip(%A).%f()", "ip(%A) == ip(%A)", "ip(%A)",
    "dyn(ip(%A)).%f()", "type(ip(%A))", "ip(dyn(%A))",
    // Networks.
    "isCIDR(%W)", "cidr(%W)", "cidr(%W).ip()", "cidr(%W).masked()", "cidr(%W).prefixLength()", "string(cidr(%W).masked())",
    "cidr(%W).containsIP(%A)", "cidr(%W).containsIP(ip(%A))", "cidr(%W).containsCIDR(%W)", "cidr(%W).containsCIDR(cidr(%W))",
    "cidr(%W) == cidr(%W)", "dyn(cidr(%W)).ip().family()", "dyn(cidr(%W)).containsIP(%A)", "cidr(%W).containsIP(dyn(%A))",
    "cidr(%W).containsCIDR(dyn(%W))",
    // Versions.
    "isSemver(%V)", "isSemver(%V, true)", "isSemver(%V, false)", "semver(%V)", "semver(%V, true)", "semver(%V).%m()", "semver(%V, true).%m()",
    "semver(%V).isLessThan(semver(%V))", "semver(%V).isGreaterThan(semver(%V))", "semver(%V).compareTo(semver(%V))",
    "semver(%V, true).compareTo(semver(%V, true))", "semver(%V) == semver(%V)", "semver(%V, true) == semver(%V)",
    // URLs.
    "isURL(%U)", "url(%U)", "url(%U).%g()", "url(%U).%g()", "url(%U).%g()", "url(%U).%g()", "url(%U) == url(%U)", "format.uri().validate(%U)",
    // Formats.
    "format.%F().validate(%T)", "format.%F().validate(%T)", "format.%F().validate(%T)", "format.named('%F').value().validate(%T).hasValue()",
    "format.named(%T)", "format.%F() == format.uuid()", "format.%F()",
    // Regular expressions.
    "%S.find(%P)", "%S.find(%P)", "%S.findAll(%P)", "%S.findAll(%P, %n)", "%S.matches(%P)", "dyn(%S).find(%P)", "%S.find(dyn(%P))",
    "%S.matches(dyn(%P))", "text.findAll(%P)",
    // Lists.
    "%L.%l()", "%L.%l()", "%L.%l()", "%L.indexOf(%I)", "%L.lastIndexOf(%I)", "%L.includes(%I)", "[].%l()", "text.includes(%I)", "dyn(%L).%l()",
];

fn of_library(random: &mut Random) -> String {
    let mut made = String::new();
    let mut parts = random.pick(CALLS).split('%');
    made.extend(parts.next());
    for part in parts {
        let (hole, rest) = part.split_at(1);
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "\\'"));
        made += &match hole {
            "q" => format!("quantity({})", quoted(random.pick(QUANTITIES))),
            "Q" => quoted(random.pick(QUANTITIES)),
            "N" => random.pick(NUMBERS).to_owned(),
            "A" => quoted(random.pick(ADDRESSES)),
            "W" => quoted(random.pick(NETWORKS)),
            "V" => quoted(random.pick(VERSIONS)),
            "U" => quoted(random.pick(URLS)),
            "F" => random.pick(FORMATS).to_owned(),
            "T" => quoted(random.pick(NAMES)),
            "P" => quoted(random.pick(PATTERNS)),
            "S" => quoted(random.pick(TEXTS)),
            "L" => random.pick(LISTS).to_owned(),
            "I" => random.pick(ITEMS).to_owned(),
            "f" => random.pick(IP_TESTS).to_owned(),
            "m" => random.pick(&["major", "minor", "patch"]).to_owned(),
            "g" => random.pick(URL_PARTS).to_owned(),
            "n" => random.pick(&["0", "1", "2", "-1", "9223372036854775807"]).to_owned(),
            "l" => random.pick(&["isSorted", "sum", "min", "max"]).to_owned(),
            other => panic!("no such hole: {other}"),
        };
        made += rest;
    }
    made
}

const IP_TESTS: &[&str] =
    &["family", "isUnspecified", "isLoopback", "isLinkLocalMulticast", "isLinkLocalUnicast", "isGlobalUnicast"];
const URL_PARTS: &[&str] = &["getScheme", "getHost", "getHostname", "getPort", "getEscapedPath", "getQuery"];

/// What policies say of a request.
pub(super) const OF_ADMISSION: &[&str] = &[
    "object", "oldObject", "oldObject == null", "params.data.max", "request", "request.namespace", "request.userInfo.groups", "request.userInfo.extra['k'][0]", "request.kind.group + '/' + request.kind.kind",
    "has(request.subResource)", "has(request.namespace)", "request.subResource", "request.dryRun", "request.options.kind", "request.uid", "request.object", "request.foo", "has(request.foo)", "request.userInfo.foo",
    "namespaceObject.metadata.labels['team']", "namespaceObject.metadata.labels.team", "namespaceObject.metadata.UID", "namespaceObject.metadata.uid", "namespaceObject.metadata.name", "namespaceObject.spec.finalizers",
    "has(namespaceObject.metadata.labels)", "has(namespaceObject.metadata.annotations)", "namespaceObject.kind", "type(request)", "type(object)", "type(namespaceObject)", "request.requestKind.kind", "request.requestResource.resource",
    "object.metadata.labels.x", "object.metadata.labels['x']", "'x' in object.metadata.labels", "has(object.metadata.labels.z)", "object.spec.replicas > 2", "object.spec.replicas > 2.5", "object.spec.ratio < 1", "object.spec.none == null",
    "has(object.spec.none)", "object.?spec.?none", "object.?spec.?missing.orValue(7)", "object.spec.missing", "object.spec.replicas.foo", "object.metadata.labels.all(k, k.size() == 1)", "object.metadata.labels.map(k, object.metadata.labels[k])",
    "int(params.data.max) >= object.spec.replicas", "authorizer.group('').resource('pods').check('get').allowed()", "authorizer.group('').resource('pods').namespace('n').name('m').subresource('log').check('list').reason()",
    "authorizer.serviceAccount('ns', 'sa').group('apps').resource('deployments').check('watch').reason()", "authorizer.serviceAccount('ns', 'S').path('/a').check('get').allowed()", "authorizer.serviceAccount('n.s', 'a').path('/a').check('get').allowed()",
    "authorizer.path('/healthz').check('get').allowed()", "authorizer.path('/x').check('put').reason()", "authorizer.path('').check('get').allowed()", "authorizer.path(' ').check('get').allowed()", "authorizer.group('').resource('').check('get').allowed()",
    "authorizer.requestResource.check('update').reason()", "authorizer.requestResource.check('delete').allowed()", "authorizer.requestResource.check('delete').reason()", "authorizer.requestResource.check('break').errored()",
    "authorizer.requestResource.check('break').error()", "authorizer.requestResource.check('get').errored()", "authorizer.requestResource.check('get').error()", "authorizer.requestResource.subresource('scale').check('x').reason()",
    "authorizer.requestResource.fieldSelector('a=b').check('x').reason()", "authorizer.requestResource.labelSelector('a in (b, c), d').check('x').reason()", "authorizer", "authorizer.requestResource", "authorizer.group('apps')", "type(authorizer)",
    "authorizer.group('').resource('pods').check('get').allowed() && authorizer.group('').resource('pods').check('get').allowed() && authorizer.group('').resource('pods').check('get').allowed()",
    "variables.x", "Object{}", "JSONPatch{}", "quantity(params.data.max).isLessThan(quantity('1k'))", "url(object.metadata.name)", "isURL(object.metadata.name)", "object.metadata.name.find('a')", "object.metadata.name.matches('^[a-z]$')",
    "request.operation in ['CREATE', 'UPDATE']", "request.userInfo.username.startsWith('system:')", "request.name == object.metadata.name", "object == oldObject", "dyn(request) == dyn(request)", "request == request",
    "request.__namespace__", "namespaceObject.metadata.__namespace__", "namespaceObject.metadata.namespace", "namespaceObject.metadata.generation", "namespaceObject.status.phase", "kubernetes.AdmissionRequest{}", "net.IP", "kubernetes.Quantity",
];

/// What mutations are made of.
pub(super) const OF_MUTATIONS: &[&str] = &[
    "Object{}", "Object{spec: Object.spec{replicas: 4}}", "Object{spec: Object.spec{replicas: object.spec.replicas + 1}}", "Object{metadata: Object.metadata{labels: Object.metadata.labels{a: 'b'}}}", "Object{metadata: Object.metadata{labels: {'a.b/c': 'd'}}}",
    "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'a', image: 'b'}]}}", "Object{spec: Object.spec{?x: optional.none()}}", "Object{spec: Object.spec{?x: optional.of(1)}}", "Object{spec: Object.other{}}", "Object{spec: {'a': 1}}",
    "Object.spec{replicas: 1}", "Object.spec", "type(Object{})", "Object{} == Object{}", "Object{spec: 1}.spec", "has(Object{spec: 1}.spec)", "has(Object{spec: 1}.other)", "Object{spec: 1}.other", "[Object{}, Object{}]",
    "JSONPatch{op: 'add', path: '/a', value: 1}", "JSONPatch{op: 'add', path: '/a', value: Object.spec{a: 1}}", "JSONPatch{op: 'remove', path: '/a'}", "JSONPatch{op: 'move', from: '/a', path: '/b'}", "JSONPatch{op: 1}", "JSONPatch{foo: 'a'}",
    "JSONPatch{op: 'add'}.op", "JSONPatch{op: 'add'}.path", "has(JSONPatch{op: 'add'}.path)", "has(JSONPatch{op: 'add'}.op)", "JSONPatch{value: 1}.value + 1", "[JSONPatch{op: 'add', path: '/spec/' + jsonpatch.escapeKey('a/b~c'), value: {'a': [1, 'b', null]}}]",
    "jsonpatch.escapeKey('~/~1')", "jsonpatch.escapeKey('')", "[JSONPatch{op: 'test', path: '/spec/replicas', value: 3}] + [JSONPatch{op: 'replace', path: '/spec/replicas', value: 4}]", "object.spec.replicas > 2 ? [JSONPatch{op: 'remove', path: '/x'}] : []",
    "type(JSONPatch{})", "JSONPatch{} == JSONPatch{}", "JSONPatch{op: 'a'} == JSONPatch{op: 'b'}", "object.spec.map(k, JSONPatch{op: 'remove', path: '/spec/' + jsonpatch.escapeKey(k)})", "JSONPatch{op: dyn(1)}", "JSONPatch{op: dyn('a')}",
    "Object{spec: Object.spec{a: 1u, c: 1.5, d: true, f: 'g'}}", "Object{spec: dyn(1)}",
];


/// `$COFFERDAM_SEED`, for a soak.
pub(super) fn seed() -> u64 {
    std::env::var("COFFERDAM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7)
}
