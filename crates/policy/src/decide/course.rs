//! What becomes of a request before anybody judges it?
//!
//! As in the API server: the mutating policies in their order, and where Kubernetes' own changed the object, ours
//! once more. Each writes only what is missing, so that the whole may be repeated.

use serde_json::Value;

use super::defaults::{fill_in, read_again};
use super::{Decider, Lookup, Ready, Verdict, pod_security_policies};
use crate::admission_policy::{self, Decision, nobody, rebased};
use crate::patch::Patch;
use crate::request::Request;
use crate::response::Status;
use crate::value;

/// A request on its way.
#[derive(Default)]
pub(super) struct Way {
    /// As it goes on, if it was changed.
    changed: Option<Request>,
    /// What the `PodSecurityPolicies` said on the way.
    pub(super) verdicts: Vec<Verdict>,
    /// What Kubernetes' own policies said.
    pub(super) admission: Decision,
}

/// A request at its end.
pub(super) struct Course {
    /// How it came there.
    pub(super) way: Way,
    /// As it is judged, if that is another one than goes on: a workload as its pods will be.
    as_judged: Option<Request>,
}

impl Way {
    fn goes_on<'r>(&'r self, request: &'r Request) -> &'r Request {
        self.changed.as_ref().unwrap_or(request)
    }

    /// From the object as it came to the object as it goes on.
    pub(super) fn patch(&self, request: &Request) -> Patch {
        let after = self.changed.as_ref().and_then(|changed| changed.object.as_ref());
        // Most objects go on as they came, and no value need be made of them.
        let Some((old, new)) = request.object.as_ref().zip(after) else { return Patch::default() };
        Patch::between(&value::of(old.root()), &value::of(new.root()))
    }
}

impl Course {
    /// What is to be judged.
    pub(super) fn judged<'r>(&'r self, request: &'r Request) -> &'r Request {
        self.as_judged.as_ref().unwrap_or_else(|| self.way.goes_on(request))
    }

    pub(super) fn into_judged(self) -> Option<Request> {
        self.as_judged.or(self.way.changed)
    }

    pub(super) fn patch(&self, request: &Request) -> Patch {
        self.way.patch(request)
    }
}

impl Decider {
    /// All that happens to a request, one after the other.
    pub(super) fn course(
        &self,
        matching: &[&Ready],
        request: &Request,
        lookup: &dyn Lookup,
    ) -> Result<Course, Status> {
        let mut way = self.way(matching, request, lookup)?;
        if way.admission.is_allowed() {
            let mut admission = std::mem::take(&mut way.admission);
            self.asked(way.goes_on(request), lookup, &mut admission);
            way.admission = admission;
        }
        let as_judged = fill_in(matching, way.goes_on(request), self.version, lookup)?;
        Ok(Course { way, as_judged })
    }

    /// The same where nothing is changed, or was before.
    pub(super) fn unchanged(
        &self,
        matching: &[&Ready],
        request: &Request,
        lookup: &dyn Lookup,
    ) -> Result<Course, Status> {
        let mut way = Way::default();
        self.asked(request, lookup, &mut way.admission);
        let is_pod = request.is_about("", "pods");
        let as_judged = if is_pod { None } else { fill_in(matching, request, self.version, lookup)? };
        Ok(Course { way, as_judged })
    }

    /// Everybody who changes something has had their turn.
    pub(super) fn way(
        &self,
        matching: &[&Ready],
        request: &Request,
        lookup: &dyn Lookup,
    ) -> Result<Way, Status> {
        let (changed, verdicts) = self.prepared(matching, request, lookup)?;
        let mut way = Way { changed, verdicts, admission: Decision::default() };
        if self.admission.is_empty() {
            return Ok(way);
        }
        let before = way.changed.as_ref().unwrap_or(request);
        if let Some(mutated) = self.mutated(before, lookup, &mut way.admission)? {
            let (again, verdicts) = self.prepared(matching, &mutated, lookup)?;
            way.changed = Some(again.unwrap_or(mutated));
            way.verdicts = verdicts;
        }
        Ok(way)
    }

    /// Kubernetes' own validating policies.
    fn asked(&self, request: &Request, lookup: &dyn Lookup, admission: &mut Decision) {
        if self.admission.is_empty() {
            return;
        }
        let authorize = lookup.authorize().cloned().unwrap_or_else(nobody);
        let asked = admission_policy::Request::of(request);
        self.admission.validate(&asked, lookup.cluster(), &authorize, admission);
    }

    /// The pod with what our own policies fill in, if they do, and what they say about it.
    fn prepared(
        &self,
        matching: &[&Ready],
        request: &Request,
        lookup: &dyn Lookup,
    ) -> Result<(Option<Request>, Vec<Verdict>), Status> {
        if !request.is_about("", "pods") {
            return Ok((None, Vec::new()));
        }
        let mut changed = fill_in(matching, request, self.version, lookup)?;
        let mut verdicts = Vec::new();
        for ready in matching {
            let current = changed.as_ref().unwrap_or(request);
            let mut verdict = Verdict::default();
            let next = pod_security_policies::mutate(ready, current, lookup, self.version, &mut verdict)?;
            changed = next.or(changed);
            verdicts.push(verdict);
        }
        Ok((changed, verdicts))
    }

    /// The request as Kubernetes' own mutating policies leave it, if they change it.
    fn mutated(
        &self,
        request: &Request,
        lookup: &dyn Lookup,
        admission: &mut Decision,
    ) -> Result<Option<Request>, Status> {
        let mut asked = admission_policy::Request::of(request);
        let served = asked.object.clone();
        let authorize = lookup.authorize().cloned().unwrap_or_else(nobody);
        self.admission.mutate(&mut asked, lookup.cluster(), &authorize, admission);
        let (Some(served), Some(after), Some(object)) = (served, asked.object, &request.object) else {
            return Ok(None);
        };
        if served == after || !admission.is_allowed() {
            return Ok(None);
        }
        let new: Value = rebased(&value::of(object.root()), &served, &after);
        let object = Some(read_again(&new, object)?);
        Ok(Some(Request { object, ..request.clone() }))
    }
}
