//! How do the rules take part in an admission decision? They are compiled once a policy, and asked object
//! by object.

use finding::Finding;
use object::{Inventory, Object, Version};
use policy::decide::Rules;
use policy::document::{Catalogue, Policy};

use crate::{CHECKS, Check, Judge, Run, Settings};

/// The rules that a policy may name.
#[derive(Clone, Copy, Debug)]
pub struct Known;

impl Catalogue for Known {
    fn find(&self, id: &str) -> Result<&'static str, String> {
        let check = crate::find(id).ok_or_else(|| crate::list::unknown(id))?;
        if judges_objects(check) {
            return Ok(check.id);
        }
        Err(format!(
            "`{id}` is about the text of a file, which admission never sees: leave it to `cofferdam check`"
        ))
    }

    fn all(&self) -> Vec<&'static str> {
        CHECKS.iter().filter(|check| judges_objects(check)).map(|check| check.id).collect()
    }
}

fn judges_objects(check: &Check) -> bool {
    matches!(check.run, Run::Object(_) | Run::Pod(_) | Run::PodAmong(_) | Run::ObjectAmong(_))
}

/// The rules of one policy for one release.
pub fn compile(policy: &Policy, version: Version) -> Box<dyn Rules> {
    let settings = Settings { registries: policy.registries.clone(), ..Settings::default() };
    Box::new(Judge::new(version, |check| policy.checks.contains_key(check.id)).with(settings))
}

impl Rules for Judge {
    fn judge(&self, object: &Object, among: &Inventory) -> Vec<Finding> {
        self.object(object, among)
    }
}
