//! How is a case asked of a server?

use policy::admission_policy::suite::Case;
use policy::admission_policy::{Decision, Operation, Request as Question, User};
use serde_json::{Value, json};
use testkit::apiserver::{Answer, Method, Request};

use super::difference::changes;
use crate::cluster::{Cluster, until};

/// A case, what it finds there, and the request that asks it.
pub(super) struct Asked<'c> {
    pub(super) case: &'c Case,
    pub(super) request: Request,
    /// Written for it.
    there: Option<Value>,
    /// What the server answers when no policy is in force.
    untouched: Answer,
}

/// What comes of a comparison.
pub(super) enum Compared {
    /// Both let it in.
    Allowed,
    /// Both refuse it, in the same words.
    Denied,
    /// The object is refused as invalid before validating policies are asked: there is nothing to compare.
    Invalid,
    /// What differs.
    Differently(Vec<String>),
}

impl<'c> Asked<'c> {
    /// Writes what has to be there, and asks once while no policy is in force.
    pub(super) fn prepare(cluster: &Cluster<'_>, case: &'c Case) -> Self {
        let there = there(&case.request);
        if let Some(object) = &there {
            cluster.apply(object);
        }
        let plain = request(&case.request);
        let untouched = cluster.call(&plain);
        let user = user(&case.request);
        let request = match case.request.user.username.as_str() {
            "" => plain,
            name => plain.impersonating(name, &user.groups),
        };
        Self { case, request, there, untouched }
    }

    /// The question as admission sees it: the server knows who asks, keeps nothing, and has set defaults.
    pub(super) fn ours(&self) -> Question {
        let mut question =
            Question { user: user(&self.case.request), dry_run: true, ..self.case.request.clone() };
        let writes = matches!(question.operation, Operation::Create | Operation::Update);
        if writes && self.untouched.status < 300 {
            question.object = Some(self.untouched.json());
        }
        question
    }

    pub(super) fn compared(&self, ours: &Decision, answer: &Answer) -> Compared {
        let theirs = self.refusal(answer);
        let told = ours.denied.as_ref();
        let told = told.map(|status| (status.code, status.reason.clone(), status.message.clone()));
        if theirs.is_none() && self.untouched.status == 422 {
            return Compared::Invalid;
        }
        let mut found = Vec::new();
        let mut compare = |what: &str, ours: String, theirs: String| {
            if ours != theirs {
                found.push(format!("{what}\n  ours   {ours}\n  theirs {theirs}"));
            }
        };
        compare("refusal", format!("{told:?}"), format!("{theirs:?}"));
        let of_policies = |text: &&String| text.contains("Validation failed for");
        let warned = |list: &[String]| format!("{:?}", list.iter().filter(of_policies).collect::<Vec<_>>());
        compare("warnings", warned(&ours.warnings), warned(&answer.warnings));
        if let (None, true, Some(object)) = (&told, answer.status < 300, &ours.object) {
            let before = self.untouched.json();
            compare("changes", changes(&before, object), changes(&before, &answer.json()));
        }
        match (found.is_empty(), theirs) {
            (false, _) => Compared::Differently(found),
            (true, Some(_)) => Compared::Denied,
            (true, None) => Compared::Allowed,
        }
    }

    /// What policies have against it: a refusal that is not there without them.
    fn refusal(&self, answer: &Answer) -> Option<(u16, String, String)> {
        let without = (self.untouched.status, self.untouched.message());
        if answer.status < 300 || (answer.status, answer.message()) == without {
            return None;
        }
        let reason = answer.json()["reason"].as_str().unwrap_or_default().to_owned();
        Some((answer.status, reason, answer.message()))
    }

    pub(super) fn clean(&self, cluster: &Cluster<'_>) {
        let stays = |object: &&Value| object["kind"] != "Namespace";
        if let Some(object) = self.there.as_ref().filter(stays) {
            cluster.remove(object);
        }
    }
}

/// Who asks: an administrator where the case names nobody. Every user is authenticated.
fn user(question: &Question) -> User {
    let mut user = question.user.clone();
    if user.username.is_empty() {
        "admin".clone_into(&mut user.username);
        user.groups = vec!["system:masters".to_owned()];
    }
    let everybody = "system:authenticated".to_owned();
    if !user.groups.contains(&everybody) {
        user.groups.push(everybody);
    }
    user
}

/// What has to be there before the request can be asked.
fn there(question: &Question) -> Option<Value> {
    let metadata = json!({"name": question.name, "namespace": question.namespace});
    let containers = json!([{"name": "web", "image": "web"}]);
    match question.subresource.as_str() {
        "scale" => Some(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": {
                "selector": {"matchLabels": {"app": "web"}},
                "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}},
            },
        })),
        "exec" => Some(json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers},
        })),
        _ => question.old_object.clone(),
    }
}

fn request(question: &Question) -> Request {
    let resource = &question.resource;
    let root = match resource.group.as_str() {
        "" => format!("/api/{}", resource.version),
        group => format!("/apis/{group}/{}", resource.version),
    };
    let is_namespace = resource.resource == "namespaces";
    let within = match question.namespace.as_str() {
        "" => String::new(),
        _ if is_namespace => String::new(),
        namespace => format!("/namespaces/{namespace}"),
    };
    let all = format!("{root}{within}/{}", resource.resource);
    let subresource = match question.subresource.as_str() {
        "" => String::new(),
        name => format!("/{name}"),
    };
    let one = format!("{all}/{}{subresource}", question.name);
    let body = || question.object.clone().unwrap();
    match question.operation {
        Operation::Create if subresource.is_empty() => Request::post(&format!("{all}?dryRun=All"), &body()),
        Operation::Create => Request::post(&format!("{one}?dryRun=All"), &body()),
        Operation::Update => Request::put(&format!("{one}?dryRun=All"), &body()),
        Operation::Delete => Request::delete(&format!("{one}?dryRun=All")),
        Operation::Connect => Request::new(Method::POST, &format!("{one}?{}", options(&body()))),
    }
}

/// Options of a connection, as a query.
fn options(object: &Value) -> String {
    let fields = object.as_object().unwrap().iter();
    let own = fields.filter(|(key, _)| !["apiVersion", "kind", "metadata"].contains(&key.as_str()));
    let mut pairs = Vec::new();
    for (key, value) in own {
        match value {
            Value::Array(list) => {
                pairs.extend(list.iter().map(|item| format!("{key}={}", item.as_str().unwrap())));
            }
            other => pairs.push(format!("{key}={other}")),
        }
    }
    pairs.join("&")
}

/// Lets the user of a case make exactly its request: else the server would refuse before it asks a policy.
pub(super) fn granted(cluster: &Cluster<'_>, question: &Question) -> Vec<Value> {
    let user = &question.user;
    if user.username.is_empty() || user.groups.iter().any(|group| group == "system:masters") {
        return Vec::new();
    }
    let verb = match question.operation {
        // Connections are asked for by POST.
        Operation::Connect => "create".to_owned(),
        operation => operation.word().to_lowercase(),
    };
    let group = "rbac.authorization.k8s.io";
    let resource = &question.resource;
    let whole = match question.subresource.as_str() {
        "" => resource.resource.clone(),
        subresource => format!("{}/{subresource}", resource.resource),
    };
    // Cases are asked in groups: one user may need several of these at a time.
    let name = format!("e2e:{}:{verb}:{}", user.username, whole.replace('/', ":"));
    let rule = json!({"verbs": [verb], "apiGroups": [resource.group], "resources": [whole]});
    let right = json!({
        "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule],
    });
    let binding = json!({
        "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user.username}],
    });
    cluster.apply(&right);
    cluster.apply(&binding);
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": {"user": user.username, "resourceAttributes": {
            "verb": verb, "group": resource.group, "resource": resource.resource,
            "subresource": question.subresource, "namespace": question.namespace,
        }},
    });
    until("the user may ask", || {
        let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
        (cluster.must(&Request::post(path, &review))["status"]["allowed"] == true).then_some(())
    });
    vec![right, binding]
}
