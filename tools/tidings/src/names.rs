//! The names of what is deployed, as `infra/lib/names.ts` gives them: what is shared begins with the system's name, and
//! everything with the stage, if there is one.

use tidings_core::Takes;

/// The names of one stage.
#[derive(Debug, Clone)]
pub struct Names {
    system: &'static str,
    prefix: String,
}

impl Names {
    /// The names of a system's stage; without one, those without a prefix.
    pub fn new(system: &'static str, stage: Option<&str>) -> Self {
        let prefix = stage.map(|stage| format!("{stage}-")).unwrap_or_default();
        Self { system, prefix }
    }

    pub fn topic(&self) -> String {
        format!("{}{}-events", self.prefix, self.system)
    }

    pub fn table(&self, name: &str) -> String {
        format!("{}{}-{name}", self.prefix, self.system)
    }

    /// The alias of the KMS key that wraps the keys of persons.
    pub fn person_keys_alias(&self) -> String {
        format!("alias/{}{}-person-keys", self.prefix, self.system)
    }

    pub fn claims_bucket(&self, account: &str, region: &str) -> String {
        self.bucket("claims", account, region)
    }

    /// A bucket of the catalogue.
    pub fn bucket(&self, name: &str, account: &str, region: &str) -> String {
        format!("{}{}-{name}-{account}-{region}", self.prefix, self.system)
    }

    /// A secret of a provider, in Secrets Manager.
    pub fn secret(&self, name: &str) -> String {
        format!("{}{}/{name}", self.prefix, self.system)
    }

    pub fn function(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The queue of a consumer; that of a command's handler is FIFO, and SQS wants its name to say so.
    pub fn queue(&self, consumer: &str, takes: &Takes) -> String {
        format!("{}{consumer}{}", self.prefix, suffix(takes))
    }

    pub fn dead_letter_queue(&self, consumer: &str, takes: &Takes) -> String {
        format!("{}{consumer}-dlq{}", self.prefix, suffix(takes))
    }

    /// What the names of reply queues begin with.
    pub fn replies(&self) -> String {
        format!("{}{}-replies-", self.prefix, self.system)
    }
}

fn suffix(takes: &Takes) -> &'static str {
    if takes.command().is_some() { ".fifo" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_begins_every_name() {
        let (plain, staged) = (Names::new("shop", None), Names::new("shop", Some("beta")));
        assert_eq!(
            (plain.topic(), staged.topic()),
            ("shop-events".into(), "beta-shop-events".into())
        );
        assert_eq!(
            (plain.table("outbox"), staged.table("outbox")),
            ("shop-outbox".into(), "beta-shop-outbox".into())
        );
        assert_eq!(staged.person_keys_alias(), "alias/beta-shop-person-keys");
        assert_eq!(
            staged.claims_bucket("1", "eu-central-1"),
            "beta-shop-claims-1-eu-central-1"
        );
        assert_eq!(
            (
                plain.queue("feed-bear", &Takes::All),
                staged.dead_letter_queue("feed-bear", &Takes::All)
            ),
            ("feed-bear".into(), "beta-feed-bear-dlq".into())
        );
        let command = Takes::Command("feed");
        assert_eq!(
            (
                plain.queue("feed-bear", &command),
                staged.dead_letter_queue("feed-bear", &command)
            ),
            ("feed-bear.fifo".into(), "beta-feed-bear-dlq.fifo".into())
        );
        assert_eq!(staged.replies(), "beta-shop-replies-");
        assert_eq!(
            (plain.secret("crm"), staged.secret("crm")),
            ("shop/crm".into(), "beta-shop/crm".into())
        );
    }
}
