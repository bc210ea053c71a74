//! `{{name}}`: a line in the log for each `{{event}}`. Say here what it does outside instead.

use {{krate}}::{{rust}};
use tidings_aws::ConsumerFunction;
use tidings_core::{Consumer, Context, Effects, Event, Failure, Leased, Repeat, consumer::guarantee};

/// The consumer.
pub struct {{struct}};

impl Consumer for {{struct}} {
    const NAME: &'static str = "{{name}}";
    const SERVICE: &'static str = crate::SERVICE;
    type Event = {{rust}};
    type Guarantee = guarantee::Leased;
}

impl Leased for {{struct}} {
    // A line that is written twice does no harm. A provider that takes `Context::idempotency_key` is `Repeat::ProviderKey`.
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, event: {{rust}}, _: &Context) -> Result<Effects, Failure> {
        let about = event.aggregate_id();
        tracing::info!(event = {{rust}}::TYPE, about, "{{words}}");
        Ok(Effects::none())
    }
}

/// The Lambda function `{{name}}`.
#[must_use]
pub fn function() -> ConsumerFunction<{{struct}}> {
    ConsumerFunction::new(async |_| Ok({{struct}}))
}

#[cfg(test)]
mod tests {
    use tidings_testkit::given_json;

    use super::*;

    #[tokio::test]
    async fn an_event_changes_nothing_here() {
        let event = include_str!("../../../events/{{event}}/v{{version}}.json");
        given_json(event).by(&{{struct}}).await.does_nothing_else();
    }
}
