//! {{Aggregate}}: {{words}}.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::Event;

/// `{{event}}`: {{words}}. Say here what has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct {{rust}} {
    /// Which {{aggregate}}.
    pub {{id}}: String,
}

impl Event for {{rust}} {
    const TYPE: &'static str = "{{event}}";
    const AGGREGATE: &'static str = "{{aggregate}}";

    fn aggregate_id(&self) -> &str {
        &self.{{id}}
    }
}
