//! What `transformMap` builds its map with.

use object::v;

use crate::cel::{Error, Function, Value};

#[rustfmt::skip]
pub(super) const COMPREHENSIONS: &[Function] = &[
    Function::new("@mapInsert_map_key_value", "cel.@mapInsert(map(K, V), K, V) -> map(K, V)", insert).since(v(1, 32)),
    Function::new("@mapInsert_map_map", "cel.@mapInsert(map(K, V), map(K, V)) -> map(K, V)", insert).since(v(1, 32)),
];

fn insert<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    match arguments {
        [Value::Map(map), key, value] => map.clone().with(key.clone(), value.clone()).map(Value::Map),
        [Value::Map(map), Value::Map(more)] => {
            let mut made = map.clone();
            for (key, value) in more.entries() {
                made = made.with(key, value?)?;
            }
            Ok(Value::Map(made))
        }
        _ => Err(Error::no_such_overload()),
    }
}
