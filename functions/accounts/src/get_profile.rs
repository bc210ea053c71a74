//! `get-profile`: what the shop shows a user of themselves.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::from_item;
use storefront_contracts::Plan;
use tidings_aws::{
    EndpointFunction,
    http::{Answer, Problem, Request, Serve},
};
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
    const SUMMARY: &'static str = "What the shop shows a user of themselves.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/users/{id}/profile";
    const USES: &'static [Resource] = &[Resource::Table(&PROFILES, Access::Read)];
    type Body = ();
    type Query = ();
    type Answer = Profile;
}

/// The Lambda function `get-profile`.
#[must_use]
pub fn function() -> EndpointFunction<GetProfile> {
    EndpointFunction::new(async |setting| {
        Ok(GetProfile {
            dynamodb: setting.dynamodb(),
            table: setting.table(&PROFILES)?,
        })
    })
}

/// A profile.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    user_id: String,
    /// What they pay for.
    plan: Plan,
    /// When they signed up.
    member_since: Timestamp,
}

impl Serve for GetProfile {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = request.path_parameter("id")?;
        only_themselves(&id, request.actor().id.as_deref())?;
        let profile = self.profile(id).await?;
        // It is made after the sign-up has been answered.
        let missing = || Problem::not_found("there is no such profile, or it is not there yet");
        Ok(Answer::new(&profile.ok_or_else(missing)?))
    }
}

impl GetProfile {
    async fn profile(&self, user: String) -> Result<Option<Profile>, Failure> {
        let get = self.dynamodb.get_item().table_name(&self.table);
        let get = get.key(PROFILES.partition_key, AttributeValue::S(user));
        Ok(get.send().await?.item.map(from_item).transpose()?)
    }
}
