//! Expressions about what stands in real objects.

use finding::Source;
use object::{Kind, Limits, Node};
use serde_json::{Value as Json, json};

use crate::oracle::random::Random;

/// The objects of the corpus of manifests, one of so many.
pub(super) fn corpus(one_of: usize) -> Vec<object::Object> {
    let Some(folder) = testkit::corpus("manifests") else { return Vec::new() };
    let read = |path: &std::path::PathBuf| {
        let source = std::sync::Arc::new(Source::file(path.display().to_string(), testkit::text(path)));
        object::read(&source, Limits::default()).objects
    };
    testkit::yaml_files(&folder).iter().flat_map(read).step_by(one_of).collect()
}

/// An object as the API server gets it.
pub(super) fn json_of(node: Node<'_>) -> Json {
    match node.kind() {
        Kind::Null => Json::Null,
        Kind::Bool => json!(node.bool()),
        Kind::Int | Kind::Float => match (node.int(), node.scalar()) {
            (Some(value), _) => json!(value),
            (None, Some(object::Scalar::Float(value))) => json!(value),
            _ => Json::Null,
        },
        Kind::Str => json!(node.str()),
        Kind::Seq => node.items().map(json_of).collect(),
        Kind::Map => {
            node.entries().map(|(key, value)| (key.key_text().into_owned(), json_of(value))).collect()
        }
    }
}

/// An expression about something in the object. Nothing that depends on the order of a map's keys, which upstream
/// leaves to chance.
pub(super) fn about(object: &Json, random: &mut Random) -> String {
    let (path, value) = walk(object, random);
    let (other, _) = walk(object, random);
    let of_kind = match value {
        Json::String(_) => OF_TEXT,
        Json::Number(_) => OF_NUMBERS,
        Json::Bool(_) => OF_BOOLS,
        Json::Array(_) => OF_LISTS,
        Json::Object(_) => OF_MAPS,
        Json::Null => OF_ANY,
    };
    let templates = if random.one_in(5) { OF_ANY } else { of_kind };
    random.pick(templates).replace("%o", &other).replace('%', &path)
}

fn walk<'j>(object: &'j Json, random: &mut Random) -> (String, &'j Json) {
    let (mut path, mut value) = ("object".to_owned(), object);
    for _ in 0..random.below(9) + 1 {
        match value {
            Json::Object(fields) if !fields.is_empty() => {
                let Some((key, next)) = fields.iter().nth(random.below(fields.len() as u64) as usize) else {
                    break;
                };
                let plain = key.bytes().all(|b| b.is_ascii_alphabetic());
                path += &match random.below(12) {
                    0 if plain => format!(".?{key}"),
                    1..=10 if plain => format!(".{key}"),
                    _ => format!("[{}]", json!(key)),
                };
                value = next;
            }
            Json::Array(items) if !items.is_empty() => {
                let index = random.below(items.len() as u64) as usize;
                path += &format!("[{index}]");
                value = &items[index];
            }
            _ => break,
        }
    }
    (path, value)
}

const OF_ANY: &[&str] = &[
    "%",
    "has(%.name)",
    "has(%.missing)",
    "type(%)",
    "% == null",
    "% == %o",
    "% != %o",
    "% in ['a', 'b']",
    "dyn(%) == %o",
    "[%, %o].size()",
    "% == %",
    "{'a': %}.a == %o",
    "[%].all(x, x == %o)",
    "string(%)",
    "% < %o",
    "% + %o",
    "size(%)",
    "%.missing",
    "%['missing']",
    "%.?missing.orValue(7)",
    "optional.of(%).hasValue()",
    "optional.ofNonZeroValue(%).hasValue()",
    "%.includes(%o)",
    "cel.bind(x, %, x == x)",
    "% in %o",
    "has(%.name) ? %.name : 'none'",
    "has(%.name) && %.name.size() > 3",
    "!has(%.name) || %.name == 'x'",
];
const OF_TEXT: &[&str] = &[
    "%.size()",
    "%.startsWith('a')",
    "%.endsWith('latest')",
    "%.contains('/')",
    "%.matches('^[a-z0-9./:@-]+$')",
    "% + 'x'",
    "%.split('/')",
    "%.split(':', 2)",
    "isQuantity(%)",
    "quantity(%).isLessThan(quantity('1Gi'))",
    "isIP(%)",
    "ip(%).family()",
    "isURL(%)",
    "url(%).getHost()",
    "%.find('[0-9]+')",
    "%.findAll('[a-z]+', 3)",
    "int(%)",
    "double(%)",
    "format.dns1123Subdomain().validate(%)",
    "format.qualifiedName().validate(%).hasValue()",
    "isSemver(%, true)",
    "%.lowerAscii()",
    "%.upperAscii()",
    "% < 'm'",
    "% >= %o",
    "%.charAt(0)",
    "%.replace('a', 'bc')",
    "%.substring(1)",
    "%.substring(0, 2)",
    "duration(%)",
    "timestamp(%)",
    "isCIDR(%)",
    "cidr(%).prefixLength()",
    "%.indexOf('e')",
    "%.lastIndexOf('e')",
    "%.trim()",
    "bytes(%).size()",
    "%.size() > %o.size()",
    "%.foo()",
    "%.matches(%o)",
    "%.split('').size()",
    "%.reverse()",
    "'%s is it'.format([%])",
    "% == 'a' || %.size() > 2",
    "[%, 'b'].isSorted()",
    "[%, %o].indexOf(%o)",
    "%.split('').map(c, c + c).join('-')",
    "%.split('').all(c, %.contains(c))",
];
const OF_NUMBERS: &[&str] = &[
    "% + 1",
    "% > 2",
    "% > 1.5",
    "string(%)",
    "double(%)",
    "% * %",
    "uint(%)",
    "int(%)",
    "-%",
    "% % 3",
    "% / 2",
    "% - %o",
    "[%, 1].max()",
    "[%, 1].sum()",
    "% in [80, 443]",
    "% == 80.0",
    "% >= 0 && % < 65536",
    "quantity('1').add(%).asInteger()",
    "duration(string(%) + 's')",
    "timestamp(%)",
    "%.size()",
];
const OF_BOOLS: &[&str] = &[
    "!%",
    "% ? 1 : 2",
    "% || %o",
    "% && %o",
    "% == true",
    "string(%)",
    "% != false && has(object.spec)",
    "[%, true].all(x, x)",
    "[%].exists_one(x, x)",
    "% < true",
];
const OF_LISTS: &[&str] = &[
    "%.size() > 0",
    "%.all(x, has(x.name))",
    "%.exists(x, x == 'a')",
    "%.map(x, x)",
    "%.filter(x, has(x.image) && x.image.contains(':'))",
    "%.map(x, has(x.name), x.name)",
    "%.exists_one(x, has(x.name) && x.name == 'app')",
    "%.indexOf('a')",
    "%.lastIndexOf(%o)",
    "%.isSorted()",
    "% == %",
    "%.all(x, %.exists(y, y == x))",
    "sets.contains(%, %)",
    "sets.intersects(%, ['a'])",
    "%.includes('a')",
    "%.sum()",
    "%.min()",
    "%.max()",
    "%.transformList(i, v, [i, v])",
    "%.transformList(i, v, i < 1, v)",
    "%.distinct()",
    "%.flatten()",
    "%.join(',')",
    "%[0]",
    "%[100]",
    "%[?0]",
    "%[?100].hasValue()",
    "% + %",
    "%.slice(0, 1)",
    "%.reverse()",
    "%.first()",
    "%.last()",
    "%.sort()",
    "%.all(i, x, i < 100)",
    "%.exists(i, x, i == 0 && has(x.name))",
    "%.sortBy(x, x.name)",
    "'a' in %",
    "%o in %",
    "%.map(x, size(string(x)))",
    "%.filter(x, type(x) == string)",
    "%.all(x, x.startsWith('a') || x.endsWith('b'))",
    "%.exists(x, !has(x.securityContext) || !has(x.securityContext.privileged))",
    "sets.equivalent(%, %)",
    "%.all(c, has(c.resources) && has(c.resources.limits) && has(c.resources.limits.memory) && quantity(c.resources.limits.memory).isLessThan(quantity('8Gi')))",
    "%.all(c, has(c.image) && ['docker.io/', 'quay.io/'].exists(r, c.image.startsWith(r)))",
];
const OF_MAPS: &[&str] = &[
    "%.size() > 1",
    "'app' in %",
    "%.all(k, true)",
    "%.map(k, 1)",
    "%.map(k, k).size()",
    "%.exists_one(k, k == 'name')",
    "%.missing",
    "%['name']",
    "%.?name",
    "%[?'name'].orValue('x')",
    "% == %",
    "%.transformMap(k, v, v) == %",
    "%.transformMap(k, v, 1)",
    "%.transformList(k, v, 1).sum()",
    "%.filter(k, k.contains('a')).size()",
    "has(%.labels)",
    "has(%.spec) && has(%.spec.template)",
    "has(%.securityContext) && has(%.securityContext.runAsNonRoot) && %.securityContext.runAsNonRoot",
    "%.all(k, v, true)",
    "%[1]",
    "%[%o]",
    "%o in %",
    "% + %",
    "string(%)",
    "%.name.size()",
    "has(%.metadata) && has(%.metadata.labels) && 'team' in %.metadata.labels",
    "%.?metadata.?labels['team'].orValue('none')",
];
