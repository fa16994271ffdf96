//! Comprehensions, step by step.

use std::ops::ControlFlow;

use super::{Error, Evaluated, Evaluation, Local, Value};
use crate::cel::plan::Fold;

impl<'a, 'e> Evaluation<'a, 'e> {
    pub(super) fn fold(&mut self, fold: &'e Fold) -> Evaluated<'a> {
        let range = self.value(&fold.range)?;
        self.set_local(fold.accumulator, Local::Initial(&fold.initial));
        self.steps(fold, range)?;
        let result = self.value(&fold.result);
        self.set_local(fold.accumulator, Local::Unset);
        self.set_local(fold.variable, Local::Unset);
        result
    }

    fn steps(&mut self, fold: &'e Fold, range: Value<'a>) -> Result<(), Error> {
        match (range, fold.second_variable) {
            (Value::List(list), None) => {
                for value in list.iter() {
                    if self.step(fold, Ok(value), None)?.is_break() {
                        break;
                    }
                }
            }
            (Value::List(list), Some(_)) => {
                for (index, value) in list.iter().enumerate() {
                    if self.step(fold, Ok(Value::Int(index as i64)), Some(Ok(value)))?.is_break() {
                        break;
                    }
                }
            }
            (Value::Map(map), None) => {
                for key in map.keys() {
                    if self.step(fold, Ok(key), None)?.is_break() {
                        break;
                    }
                }
            }
            (Value::Map(map), Some(_)) => {
                for (key, value) in map.entries() {
                    if self.step(fold, Ok(key), Some(value))?.is_break() {
                        break;
                    }
                }
            }
            (other, None) => {
                let message = format!("got '{}', expected iterable type", other.go_type());
                return Err(Error::new(message));
            }
            (other, Some(_)) => {
                let message = format!("unsupported comprehension range type: {}", other.go_type());
                return Err(Error::new(message));
            }
        }
        Ok(())
    }

    fn step(
        &mut self,
        fold: &'e Fold,
        first: Evaluated<'a>,
        second: Option<Evaluated<'a>>,
    ) -> Result<ControlFlow<()>, Error> {
        self.set_local(fold.variable, Local::Set(first));
        if let (Some(slot), Some(second)) = (fold.second_variable, second) {
            self.set_local(slot, Local::Set(second));
        }
        if matches!(self.attempt(&fold.condition)?, Ok(Value::Bool(false))) {
            return Ok(ControlFlow::Break(()));
        }
        let value = self.attempt(&fold.step)?;
        self.set_local(fold.accumulator, Local::Set(value));
        Ok(ControlFlow::Continue(()))
    }
}
