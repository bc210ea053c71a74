//! `get-profile`: what the shop shows a user of themselves.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_dynamo::aws_sdk_dynamodb_1::from_item;
use serde_json::Value;
use tidings_aws::http::{Answer, Problem, Request, Serve};
use tidings_core::{
    Failure,
    catalogue::{Access, Endpoint, Resource},
};

use crate::{aggregate::user::only_themselves, create_profile::PROFILES};

/// The query.
pub struct GetProfile {
    /// Where profiles are.
    pub dynamodb: Client,
    /// The real name of the table [`PROFILES`].
    pub table: String,
}

impl Endpoint for GetProfile {
    const NAME: &'static str = "get-profile";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/users/{id}/profile";
    const USES: &'static [Resource] = &[Resource::Table(&PROFILES, Access::Read)];
}

impl Serve for GetProfile {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let id = request.path_parameter("id")?;
        only_themselves(&id, request.actor().id.as_deref())?;
        let profile = self.profile(id).await?;
        // It is made after the sign-up has been answered.
        let missing = || Problem::not_found("there is no such profile, or it is not there yet");
        Ok(Answer::ok(profile.ok_or_else(missing)?))
    }
}

impl GetProfile {
    async fn profile(&self, user: String) -> Result<Option<Value>, Failure> {
        let get = self.dynamodb.get_item().table_name(&self.table);
        let get = get.key(PROFILES.partition_key, AttributeValue::S(user));
        Ok(get.send().await?.item.map(from_item).transpose()?)
    }
}
