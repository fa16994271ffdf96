//! Which policies are in force, of all the documents that are given?
//!
//! Our own `Policy`, the `PodSecurityPolicies` that it names, and Kubernetes' admission policies with their
//! bindings. A document that is refused never takes the others with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::{Source, Span};
use object::{Limits, Node, Object, Read, Version};

use super::errors::Errors;
use super::{API_VERSION, Catalogue, KIND, Policy, PolicyError, read};
use crate::Date;
use crate::admission_policy::{self, suite};
use crate::pod_security_policy::{self, PodSecurityPolicy, Standing};

/// The policies that can be decided by, and why others cannot.
#[derive(Debug, Default)]
pub struct Policies {
    /// In the order of the inputs.
    pub list: Vec<Policy>,
    /// Kubernetes' own.
    pub admission: admission_policy::Policies,
    /// In the order of the inputs.
    pub errors: Vec<PolicyError>,
    /// What is taken, but does not do what its author may think.
    pub warnings: Vec<PolicyError>,
    /// The documents with errors, as far as their names could be read.
    pub refused: Vec<Refused>,
}

/// A document that is not decided by as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What holds until it is mended.
    pub meanwhile: &'static str,
}

/// Documents, as they are read file by file.
#[derive(Debug, Default)]
pub struct Reading {
    policies: Policies,
    /// Names of the policies so far, and where each was first taken.
    names: BTreeMap<String, (Arc<Source>, Span)>,
    /// Where `PodSecurityPolicies` are named.
    named: Vec<Named>,
    /// Documents of the other kinds.
    others: Vec<Object>,
}

/// A PodSecurityPolicy that a policy names.
#[derive(Debug)]
struct Named {
    policy: String,
    name: String,
    source: Arc<Source>,
    span: Span,
}

const NOT_IN_FORCE: &str = "it is not in force";

impl Policies {
    /// Reads every policy of some texts; `today` decides which waivers are expired.
    pub fn read(sources: &[Arc<Source>], checks: &dyn Catalogue, today: Date) -> Self {
        let mut reading = Reading::default();
        for source in sources {
            reading.add(source, &object::read(source, Limits::default()), checks, today);
        }
        reading.finish(&[], Version::NEWEST)
    }

    /// Whether nothing is left to decide by.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.admission.is_empty()
    }

    /// Whether a policy without fault is among them.
    pub fn has_sound(&self) -> bool {
        !self.list.is_empty() || self.admission.has_sound()
    }
}

/// Where a policy names versions of the Pod Security Standards.
const VERSIONS: [&str; 4] = [
    "spec.podSecurity.version",
    "spec.podSecurity.defaults.enforce-version",
    "spec.podSecurity.defaults.audit-version",
    "spec.podSecurity.defaults.warn-version",
];

impl Reading {
    /// Adds every policy of a text that was read already.
    pub fn add(&mut self, source: &Source, read: &Read, checks: &dyn Catalogue, today: Date) {
        for problem in &read.problems {
            let message = format!("{}: this document is not in force", problem.message);
            self.policies.errors.push(PolicyError::new(&problem.source, problem.span, message));
        }
        // Cases of `policy test` lie beside the policies that they ask.
        let is_case =
            |object: &&Object| object.kind() == suite::KIND && object.id().api_version == API_VERSION;
        for object in read.objects.iter().filter(|object| !is_case(object)) {
            // A document with a key that stands twice, or half of it unread, says two things.
            let span = object.root().span();
            let broken = read.problems.iter().any(|p| span.start <= p.span.start && p.span.start < span.end);
            match is_another(object) {
                true if broken => self.policies.refuse(object.kind(), object.name(), NOT_IN_FORCE),
                true => self.others.push(object.clone()),
                false => match self.object(object, checks, today) {
                    Some(policy) if !broken => self.take(policy, object),
                    _ => self.policies.refuse(object.kind(), object.name(), NOT_IN_FORCE),
                },
            }
        }
        if read.objects.is_empty() && read.problems.is_empty() {
            let message = format!("no policy is written here: `kind: {KIND}` of {API_VERSION} was expected");
            self.policies.errors.push(PolicyError::new(source, Span::new(0, 0), message));
        }
    }

    fn object(&mut self, object: &Object, checks: &dyn Catalogue, today: Date) -> Option<Policy> {
        let before = self.policies.errors.len();
        let mut errors = Errors { list: &mut self.policies.errors };
        let policy = read::policy(object, checks, today, &mut errors)?;
        // Of two policies of one name a cluster keeps the later one; in files neither is meant to vanish.
        if let Some(name) = object.at("metadata.name") {
            if let Some((source, span)) = self.names.get(&policy.name) {
                let (file, first) = source.place(span.start);
                let text = format!(
                    "another policy `{}` stands in {file}:{}: rename or remove one",
                    policy.name, first.line
                );
                errors.at(name, text);
            } else {
                self.names.insert(policy.name.clone(), (Arc::clone(name.source()), name.span()));
            }
        }
        (self.policies.errors.len() == before).then_some(policy)
    }

    fn take(&mut self, policy: Policy, object: &Object) {
        for item in object.at("spec.podSecurityPolicies").into_iter().flat_map(Node::items) {
            let (source, span) = (Arc::clone(item.source()), item.span());
            let name = item.str().unwrap_or_default().to_owned();
            self.named.push(Named { policy: policy.name.clone(), name, source, span });
        }
        for asked in VERSIONS.iter().filter_map(|path| object.at(path)) {
            let version = asked.str().and_then(|text| text.parse::<Version>().ok());
            if let Some(version) = version.filter(|version| *version > Version::NEWEST) {
                let text =
                    format!("{version} is newer than any version known here, judged as {}", Version::NEWEST);
                self.policies.warnings.push(PolicyError::new(object.source(), asked.span(), text));
            }
        }
        self.policies.list.push(policy);
    }

    /// All that was read, with the `PodSecurityPolicies` of these objects beside its own.
    ///
    /// The CEL of Kubernetes' own policies is that of a server of this release.
    pub fn finish(self, given: &[Object], version: Version) -> Policies {
        let Self { mut policies, named, others, .. } = self;
        let own = pod_security_policy::read_all(&others, Standing::New);
        let among = pod_security_policy::read_all(given, Standing::Stored);
        let known = |name: &str| {
            let own = own.taken.iter().find(|known| known.name == name);
            own.or_else(|| among.taken.iter().find(|known| known.name == name))
        };
        // Of what is merely given only those that are named matter.
        let is_named = |error: &&pod_security_policy::PolicyError| {
            let name = |object: &&Object| pod_security_policy::is_policy(object) && holds(object, error);
            let object = given.iter().find(name);
            object.is_some_and(|object| named.iter().any(|named| named.name == object.name()))
        };
        for error in own.refused.iter().chain(among.refused.iter().filter(is_named)) {
            let place = PolicyError::new(&error.source_text, error.span, error.message.clone());
            policies.errors.push(place);
        }
        let documents = || others.iter().filter(|object| pod_security_policy::is_policy(object));
        for object in documents() {
            let name = object.name();
            if own.refused.iter().any(|error| holds(object, error)) {
                policies.refuse("PodSecurityPolicy", name, NOT_IN_FORCE);
            } else if !named.iter().any(|named| named.name == name) {
                let text = format!(
                    "PodSecurityPolicy `{name}` takes no effect: name it in `spec.podSecurityPolicies` of a {KIND}"
                );
                let at = object.at("metadata.name").unwrap_or(object.root());
                policies.warnings.push(PolicyError::new(object.source(), at.span(), text));
            }
        }
        policies.name_pod_security_policies(&named, &known, &|name| {
            documents()
                .chain(given.iter().filter(|o| pod_security_policy::is_policy(o)))
                .any(|o| o.name() == name)
        });
        policies.load_admission_policies(&others, version);
        policies
    }
}

impl Policies {
    fn refuse(&mut self, kind: &str, name: &str, meanwhile: &'static str) {
        let refused = Refused { kind: kind.to_owned(), name: name.to_owned(), meanwhile };
        if !self.refused.contains(&refused) {
            self.refused.push(refused);
        }
    }

    /// Gives every policy the documents that it names. One that names what is not there is refused: without
    /// it pods would be let in, kept out or changed by others.
    fn name_pod_security_policies<'p>(
        &mut self,
        named: &[Named],
        known: &dyn Fn(&str) -> Option<&'p PodSecurityPolicy>,
        is_written: &dyn Fn(&str) -> bool,
    ) {
        for Named { policy, name, source, span } in named {
            let Some(found) = known(name) else {
                let way_out = if is_written(name) {
                    "is refused: mend it"
                } else {
                    "is not among the documents: give its file with --policy or --objects"
                };
                let text = format!("PodSecurityPolicy `{name}` {way_out}");
                self.errors.push(PolicyError::new(source, *span, text));
                self.list.retain(|own| own.name != *policy);
                self.refuse(KIND, policy, NOT_IN_FORCE);
                continue;
            };
            let own = self.list.iter_mut().find(|own| own.name == *policy);
            if let Some(list) = own.and_then(|own| own.pod_security_policies.as_mut()) {
                list.push(found.clone());
            }
        }
    }

    fn load_admission_policies(&mut self, others: &[Object], version: Version) {
        let (loaded, problems) = admission_policy::Policies::load_for(others, version);
        self.admission = loaded;
        for problem in problems {
            let error = PolicyError::new(&problem.source, problem.span, problem.text());
            if problem.weight == admission_policy::Weight::Warning {
                self.warnings.push(error);
                continue;
            }
            self.errors.push(error);
            if let Some(meanwhile) = problem.meanwhile {
                self.refuse(&problem.object.kind, &problem.object.name, meanwhile);
            }
        }
    }
}

/// Whether the error is about this object.
fn holds(object: &Object, error: &pod_security_policy::PolicyError) -> bool {
    let span = object.root().span();
    Arc::ptr_eq(object.source(), &error.source_text)
        && span.start <= error.span.start
        && error.span.start <= span.end
}

/// Whether the document is a policy of Kubernetes' own kinds.
fn is_another(object: &Object) -> bool {
    const KINDS: [&str; 4] = [
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
    ];
    pod_security_policy::is_policy(object)
        || object.group() == "admissionregistration.k8s.io" && KINDS.contains(&object.kind())
}
