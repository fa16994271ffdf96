//! Random expressions: well-typed mostly, so that they run, and wrong at times.

use crate::oracle::Random;

/// Deepest nesting.
const DEPTH: u32 = 4;

pub(super) fn expression(random: &mut Random) -> String {
    let kind = random.pick(&[
        Kind::Bool,
        Kind::Bool,
        Kind::Int,
        Kind::Str,
        Kind::Ints,
        Kind::Strs,
        Kind::Map,
        Kind::Dyn,
    ]);
    Generator { random, locals: Vec::new() }.of(kind, DEPTH)
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Bool,
    Int,
    Double,
    Str,
    Ints,
    Strs,
    Map,
    Dyn,
}

struct Generator<'r> {
    random: &'r mut Random,
    locals: Vec<(String, Kind)>,
}

impl Generator<'_> {
    fn of(&mut self, kind: Kind, depth: u32) -> String {
        if self.random.one_in(60) {
            let other = self.random.pick(&[Kind::Bool, Kind::Int, Kind::Str, Kind::Double, Kind::Dyn]);
            return self.typed(other, depth);
        }
        self.typed(kind, depth)
    }

    fn typed(&mut self, kind: Kind, depth: u32) -> String {
        if depth == 0 || self.random.one_in(5) {
            return self.leaf(kind);
        }
        let less = depth - 1;
        if self.random.one_in(12) {
            let (test, yes, no) = (self.of(Kind::Bool, less), self.of(kind, less), self.of(kind, less));
            return format!("({test} ? {yes} : {no})");
        }
        match kind {
            Kind::Bool => self.bool(less),
            Kind::Int => self.int(less),
            Kind::Double => {
                let op = self.random.pick(&["+", "-", "*", "/"]);
                format!("({} {op} {})", self.of(Kind::Double, less), self.of(Kind::Double, less))
            }
            Kind::Str => self.str(less),
            Kind::Ints | Kind::Strs => self.list(kind, less),
            Kind::Map => self.map(less),
            Kind::Dyn => self.dynamic(less),
        }
    }

    fn leaf(&mut self, kind: Kind) -> String {
        let fitting: Vec<String> =
            self.locals.iter().filter(|(_, of)| *of == kind).map(|(name, _)| name.clone()).collect();
        if !fitting.is_empty() && !self.random.one_in(3) {
            let index = self.random.below(fitting.len() as u64) as usize;
            return fitting[index].clone();
        }
        let choices: &[&str] = match kind {
            Kind::Bool => {
                &["true", "false", "b", "object.spec.paused", "has(object.spec.replicas)", "has(object.x)"]
            }
            Kind::Int => &[
                "0",
                "1",
                "2",
                "n",
                "-1",
                "7",
                "object.spec.replicas",
                "m.x",
                "numbers[1]",
                "9223372036854775807",
            ],
            Kind::Double => &["0.5", "d", "1.0", "-2.5", "object.spec.ratio", "1e10"],
            Kind::Str => {
                &["''", "'a'", "'bb'", "s", "object.metadata.name", "names[0]", "'héllo'", "'a,b,c'"]
            }
            Kind::Ints => &["numbers", "[1, 2, 3]", "[]", "[n]", "[n, 1]", "[0]"],
            Kind::Strs => &["names", "['a', 'b']", "[s]", "[]", "s.split('l')"],
            Kind::Map => &["m", "{'a': 1}", "{s: n}", "{}", "{'x': n}"],
            Kind::Dyn => &[
                "object",
                "any",
                "object.spec",
                "object.metadata.labels",
                "object.spec.containers[0]",
                "dyn(1)",
                "dyn('x')",
                "object.missing",
                "null",
            ],
        };
        self.random.pick(choices).to_owned()
    }

    fn bool(&mut self, depth: u32) -> String {
        match self.random.below(14) {
            0 => format!("({} && {})", self.of(Kind::Bool, depth), self.of(Kind::Bool, depth)),
            1 => format!("({} || {})", self.of(Kind::Bool, depth), self.of(Kind::Bool, depth)),
            2 => format!("!{}", self.of(Kind::Bool, depth)),
            3 => self.relation(Kind::Int, depth),
            4 => self.relation(Kind::Str, depth),
            5 => self.relation(Kind::Double, depth),
            6 => format!("{} in {}", self.of(Kind::Int, depth), self.of(Kind::Ints, depth)),
            7 => format!("{} in {}", self.of(Kind::Str, depth), self.of(Kind::Map, depth)),
            8 => {
                let method = self.random.pick(&["contains", "startsWith", "endsWith", "matches"]);
                format!("{}.{method}({})", self.of(Kind::Str, depth), self.of(Kind::Str, depth))
            }
            9 | 10 => {
                let (list, item) = self.random.pick(&[
                    (Kind::Ints, Kind::Int),
                    (Kind::Strs, Kind::Str),
                    (Kind::Map, Kind::Str),
                ]);
                let method = self.random.pick(&["all", "exists", "exists_one"]);
                self.over(list, item, Kind::Bool, method, depth)
            }
            11 => format!("{} == {}", self.of(Kind::Dyn, depth), self.of(Kind::Dyn, depth)),
            12 => format!(
                "sets.{}({}, {})",
                self.random.pick(&["contains", "intersects", "equivalent"]),
                self.of(Kind::Ints, depth),
                self.of(Kind::Ints, depth)
            ),
            _ => {
                let kind = self.random.pick(&[Kind::Ints, Kind::Strs, Kind::Map]);
                format!("{} == {}", self.of(kind, depth), self.of(kind, depth))
            }
        }
    }

    fn relation(&mut self, kind: Kind, depth: u32) -> String {
        let op = self.random.pick(&["<", "<=", ">", ">=", "==", "!="]);
        format!("({} {op} {})", self.of(kind, depth), self.of(kind, depth))
    }

    fn int(&mut self, depth: u32) -> String {
        match self.random.below(8) {
            0 | 1 => {
                let op = self.random.pick(&["+", "-", "*", "/", "%"]);
                format!("({} {op} {})", self.of(Kind::Int, depth), self.of(Kind::Int, depth))
            }
            2 => format!("size({})", self.of(Kind::Str, depth)),
            3 => {
                let kind = self.random.pick(&[Kind::Ints, Kind::Strs, Kind::Map]);
                format!("{}.size()", self.of(kind, depth))
            }
            4 => format!("{}[{}]", self.of(Kind::Ints, depth), self.of(Kind::Int, depth)),
            5 => format!("{}[{}]", self.of(Kind::Map, depth), self.of(Kind::Str, depth)),
            6 => format!(
                "{}[?{}].orValue({})",
                self.of(Kind::Map, depth),
                self.of(Kind::Str, depth),
                self.of(Kind::Int, depth)
            ),
            _ => format!(
                "{}.{}({})",
                self.of(Kind::Str, depth),
                self.random.pick(&["indexOf", "lastIndexOf"]),
                self.of(Kind::Str, depth)
            ),
        }
    }

    fn str(&mut self, depth: u32) -> String {
        match self.random.below(9) {
            0 => format!("({} + {})", self.of(Kind::Str, depth), self.of(Kind::Str, depth)),
            1 => {
                let kind = self.random.pick(&[Kind::Int, Kind::Bool, Kind::Double, Kind::Str]);
                format!("string({})", self.of(kind, depth))
            }
            2 => format!(
                "{}.{}()",
                self.of(Kind::Str, depth),
                self.random.pick(&["upperAscii", "lowerAscii", "trim"])
            ),
            3 => format!(
                "{}.replace({}, {})",
                self.of(Kind::Str, depth),
                self.of(Kind::Str, depth),
                self.of(Kind::Str, depth)
            ),
            4 => format!("{}.join({})", self.of(Kind::Strs, depth), self.of(Kind::Str, depth)),
            5 => format!("{}.substring({})", self.of(Kind::Str, depth), self.of(Kind::Int, depth)),
            6 => format!("{}[{}]", self.of(Kind::Strs, depth), self.of(Kind::Int, depth)),
            7 => format!("'%s-%d'.format([{}, {}])", self.of(Kind::Str, depth), self.of(Kind::Int, depth)),
            _ => format!("{}.charAt({})", self.of(Kind::Str, depth), self.of(Kind::Int, depth)),
        }
    }

    fn list(&mut self, kind: Kind, depth: u32) -> String {
        let item = if kind == Kind::Ints { Kind::Int } else { Kind::Str };
        match self.random.below(9) {
            0 => format!("[{}, {}]", self.of(item, depth), self.of(item, depth)),
            1 => format!("({} + {})", self.of(kind, depth), self.of(kind, depth)),
            2 | 3 => {
                let (from, of) = self.random.pick(&[
                    (Kind::Ints, Kind::Int),
                    (Kind::Strs, Kind::Str),
                    (Kind::Map, Kind::Str),
                ]);
                self.over(from, of, item, "map", depth)
            }
            4 => self.over(kind, item, Kind::Bool, "filter", depth),
            5 => format!("{}.{}()", self.of(kind, depth), self.random.pick(&["sort", "reverse", "distinct"])),
            6 => format!(
                "{}.slice({}, {})",
                self.of(kind, depth),
                self.of(Kind::Int, depth),
                self.of(Kind::Int, depth)
            ),
            7 => self.over(kind, item, Kind::Int, "sortBy", depth),
            // Upstream falls over where the type of an optional element is not known.
            _ => {
                let list = if kind == Kind::Ints { "numbers" } else { "names" };
                format!("[?{list}[?{}]]", self.of(Kind::Int, depth))
            }
        }
    }

    fn map(&mut self, depth: u32) -> String {
        match self.random.below(3) {
            // One entry: upstream goes through more in no order.
            0 => format!("{{{}: {}}}", self.of(Kind::Str, depth), self.of(Kind::Int, depth)),
            1 => {
                let range = self.of(Kind::Map, depth);
                let (key, value) = (self.fresh(), format!("{}v", self.fresh()));
                self.locals.extend([(key.clone(), Kind::Str), (value.clone(), Kind::Int)]);
                let body = self.of(Kind::Int, depth);
                self.locals.truncate(self.locals.len() - 2);
                format!("{range}.transformMap({key}, {value}, {body})")
            }
            _ => format!("{{?{}: numbers[?{}]}}", self.of(Kind::Str, depth), self.of(Kind::Int, depth)),
        }
    }

    fn dynamic(&mut self, depth: u32) -> String {
        match self.random.below(6) {
            0 => format!(
                "{}.{}",
                self.of(Kind::Dyn, depth),
                self.random.pick(&["spec", "metadata", "name", "labels", "containers", "x"])
            ),
            1 => format!("{}[{}]", self.of(Kind::Dyn, depth), self.of(Kind::Str, depth)),
            2 => format!(
                "{}.?{}.orValue({})",
                self.of(Kind::Dyn, depth),
                self.random.pick(&["spec", "name", "x"]),
                self.of(Kind::Dyn, depth)
            ),
            3 => format!("({} + {})", self.of(Kind::Dyn, depth), self.of(Kind::Dyn, depth)),
            4 => {
                let name = self.fresh();
                self.locals.push((name.clone(), Kind::Dyn));
                let body = self.of(Kind::Bool, depth);
                self.locals.pop();
                let range = self.random.pick(&[
                    "object.spec.containers",
                    "any",
                    "dyn([1, 2])",
                    "object.metadata.labels",
                ]);
                format!("{range}.filter({name}, {body})")
            }
            _ => {
                let kind = self.random.pick(&[Kind::Int, Kind::Str, Kind::Ints, Kind::Map]);
                format!("dyn({})", self.of(kind, depth))
            }
        }
    }

    fn fresh(&self) -> String {
        format!("v{}", self.locals.len())
    }

    fn over(&mut self, range: Kind, item: Kind, body: Kind, method: &str, depth: u32) -> String {
        let range = self.of(range, depth);
        let name = self.fresh();
        self.locals.push((name.clone(), item));
        let body = self.of(body, depth);
        self.locals.pop();
        format!("{range}.{method}({name}, {body})")
    }
}
