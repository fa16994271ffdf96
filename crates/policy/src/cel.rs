//! The Common Expression Language as Kubernetes' API server compiles, checks, costs and runs it.
//!
//! ```
//! use object::v;
//! use policy::cel::{Bindings, Budget, Env, Type};
//!
//! let env = Env::new(v(1, 30)).declare("replicas", Type::Int);
//! let program = env.compile("replicas in [1, 3, 5]").unwrap();
//! let value = program.evaluate(&Bindings::new().bind("replicas", 3), &mut Budget::per_expression()).unwrap();
//! assert!(matches!(value, policy::cel::Value::Bool(true)));
//! ```

mod check;
pub mod cost;
mod env;
mod error;
mod estimate;
mod evaluate;
mod extensions;
mod function;
pub mod kubernetes;
mod lexer;
mod parser;
mod plan;
mod program;
pub mod regex;
mod source;
mod standard;
mod syntax;
mod types;
mod validate;
mod value;

#[cfg(test)]
mod tests;

pub use env::Env;
pub use error::{Error, ErrorKind};
pub use estimate::{Argument, CallEstimate, Estimator, Range, SizeHint};
pub use function::{Arguments, CallCost, Cost, Function, Guard, Implementation};
pub use parser::Extension;
pub use program::{Bindings, Budget, Program};
pub use source::Issue;
pub use types::Type;
pub use value::{Duration, LazyFields, List, Map, Message, Opaque, Text, Timestamp, Value};
