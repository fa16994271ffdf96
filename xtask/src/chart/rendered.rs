//! What stands in a rendered chart? As much of YAML as our own templates write, and no more.

use anyhow::Context;

/// The text that `helm template` printed.
pub(super) struct Rendered(pub(super) String);

/// One webhook of a configuration.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Webhook {
    pub(super) name: String,
    pub(super) fails_closed: bool,
    /// Lines of `matchConditions`, as they stand.
    pub(super) conditions: String,
    /// Names below `resources:`.
    pub(super) resources: Vec<String>,
}

impl Rendered {
    /// The block text under `key: |` of a ConfigMap.
    pub(super) fn data(&self, key: &str) -> anyhow::Result<String> {
        let mark = format!("  {key}: |");
        let mut lines = self.0.lines().skip_while(|line| *line != mark);
        lines.next().with_context(|| format!("no `{key}` in what was rendered"))?;
        let block = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
        Ok(block.flat_map(|line| [line.get(4..).unwrap_or_default(), "\n"]).collect())
    }

    /// The options that the server is started with, without their values.
    pub(super) fn words(&self) -> Vec<String> {
        let lines = self.0.lines().skip_while(|line| line.trim() != "args:").skip(1);
        let items = lines.map_while(|line| line.trim_start().strip_prefix("- "));
        let words = items.filter(|item| item.starts_with("--"));
        words.map(|word| word.split('=').next().unwrap_or_default().to_owned()).collect()
    }

    /// The webhooks, in their order.
    pub(super) fn webhooks(&self) -> Vec<Webhook> {
        let mut found: Vec<Webhook> = Vec::new();
        let mut inside = "";
        for line in self.0.lines().filter(|line| !line.trim_start().starts_with('#')) {
            if let Some(name) =
                line.strip_prefix("  - name: ").filter(|name| name.ends_with(".cofferdam.dev"))
            {
                found.push(Webhook { name: name.to_owned(), ..Webhook::default() });
            }
            let Some(webhook) = found.last_mut() else { continue };
            if line.starts_with("    ") && !line.starts_with("     ") {
                inside = line.trim();
            }
            webhook.fails_closed |= line == "    failurePolicy: Fail";
            if inside == "matchConditions:" && line.starts_with("     ") {
                webhook.conditions.push_str(line.get(2..).unwrap_or_default());
                webhook.conditions.push('\n');
            }
        }
        self.resources(&mut found);
        found
    }

    /// The rules come last in a webhook, so a list of resources belongs to the name above it.
    fn resources(&self, webhooks: &mut [Webhook]) {
        let mut at = None;
        let mut listing = false;
        for line in self.0.lines() {
            if line.starts_with("  - name: ") && line.ends_with(".cofferdam.dev") {
                at = Some(at.map_or(0, |index: usize| index + 1));
            }
            let item = line.strip_prefix("        - ").filter(|_| listing);
            if let Some((webhook, item)) = at.and_then(|index| webhooks.get_mut(index)).zip(item) {
                webhook.resources.push(item.trim_matches('"').to_owned());
            }
            listing = line == "        resources:" || listing && item.is_some();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "webhooks:
  # why
  - name: enforce.cofferdam.dev
    failurePolicy: Fail
    matchConditions:
      # why
      - name: a
        expression: 'true'
    rules:
      - operations:
        - CREATE
        resources:
        - pods
        - pods/resize
        scope: Namespaced
  - name: advise.cofferdam.dev
    failurePolicy: Ignore
    rules:
      - resources:
        - jobs
        resources:
        - cronjobs
";

    #[test]
    fn a_webhook_has_its_own_policy_conditions_and_resources() {
        let webhooks = Rendered(TEXT.into()).webhooks();
        assert_eq!(webhooks.len(), 2);
        assert_eq!(webhooks[0].name, "enforce.cofferdam.dev");
        assert!(webhooks[0].fails_closed && !webhooks[1].fails_closed);
        assert_eq!(webhooks[0].conditions, "    - name: a\n      expression: 'true'\n");
        assert_eq!(webhooks[0].resources, ["pods", "pods/resize"]);
        assert_eq!(webhooks[1].resources, ["cronjobs"]);
    }

    #[test]
    fn the_words_of_the_server_end_with_its_list() {
        let text = "  args:\n    - serve\n    - --crd\n    - --drain=5s\n  ports:\n    - --no\n";
        assert_eq!(Rendered(text.into()).words(), ["--crd", "--drain"]);
    }

    #[test]
    fn the_text_of_a_key_ends_where_its_indentation_ends() {
        let text = "data:\n  a.yaml: |\n    ---\n    x: 1\n\n    y: 2\nother: 1\n";
        assert_eq!(Rendered(text.into()).data("a.yaml").unwrap(), "---\nx: 1\n\ny: 2\n");
        assert!(Rendered(text.into()).data("b.yaml").is_err());
    }
}
