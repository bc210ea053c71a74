//! The smallest complete function of a query: how often the effect of an event has run, as the other examples count it.
//!
//! It is built and configured as the example `leased` is, with the table of effects in `TABLE_EFFECTS`, and takes the requests of a
//! Function URL: `GET /runs/{id}`.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use schemars::JsonSchema;
use serde::Serialize;
use tidings_aws::{
    EndpointFunction,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::{
    Failure,
    catalogue::{Access, Endpoint, Resource, Table},
};

/// Where effects are counted.
const EFFECTS: Table = Table::new("effects", "example", "id");

struct GetRuns {
    dynamodb: Client,
    effects: String,
}

#[derive(Serialize, JsonSchema)]
struct Runs {
    runs: u64,
}

impl Endpoint for GetRuns {
    const NAME: &'static str = "get-runs";
    const SERVICE: &'static str = "example";
    const SUMMARY: &'static str = "How often the effect of an event has run.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/runs/{id}";
    const USES: &'static [Resource] = &[Resource::Table(&EFFECTS, Access::Read)];
    type Body = ();
    type Query = ();
    type Answer = Runs;
}

impl Serve for GetRuns {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = request.path_parameter("id")?;
        let get = self.dynamodb.get_item().table_name(&self.effects);
        let found = get.key("id", AttributeValue::S(id)).send().await;
        let item = found.map_err(Failure::from)?.item.unwrap_or_default();
        let runs = item.get("runs").and_then(|runs| runs.as_n().ok()?.parse().ok());
        Ok(Answer::new(&Runs {
            runs: runs.unwrap_or(0),
        }))
    }
}

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(EndpointFunction::new(async |setting| {
        Ok(GetRuns {
            dynamodb: setting.dynamodb(),
            effects: setting.table(&EFFECTS)?,
        })
    }))
}
