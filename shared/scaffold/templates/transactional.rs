//! `{{name}}`: how many `{{event}}` there have been. Say here what it does instead.

use serde_json::json;
use {{krate}}::{{rust}};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Event, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
};

/// What the consumer keeps; it follows in `make run` and in the infrastructure.
pub const TABLE: Table = Table::new("{{name}}", crate::SERVICE, "type");

/// The consumer.
pub struct {{struct}};

impl Consumer for {{struct}} {
    const NAME: &'static str = "{{name}}";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&TABLE, Access::Write)];
    type Event = {{rust}};
    type Guarantee = guarantee::Transactional;
}

impl Transactional for {{struct}} {
    fn decide(&self, _: {{rust}}, _: &Context) -> Result<Effects, Failure> {
        let key = json!({ "type": {{rust}}::TYPE });
        Ok(Effects::none().add(&TABLE, &key, &[("count", 1)])?)
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

    #[test]
    fn each_event_is_counted() {
        let event = include_str!("../../../events/{{event}}/v{{version}}.json");
        let key = json!({ "type": {{rust}}::TYPE });
        given_json(event)
            .by(&{{struct}})
            .adds(&TABLE, &key, &[("count", 1)])
            .does_nothing_else();
    }
}
