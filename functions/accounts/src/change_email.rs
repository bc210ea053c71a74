//! `change-email`: mail reaches somebody elsewhere.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{UserEmailChanged, address_schema, is_address};
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType,
    catalogue::{Access, EVENTS, Endpoint, Link, Resource},
};

use crate::{
    aggregate::{User, UserCommand, UserRefusal, user::only_themselves},
    views::UserChanged,
};

/// The publisher.
pub struct ChangeEmail {
    /// Where users are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for ChangeEmail {
    const NAME: &'static str = "change-email";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "Mail reaches a user elsewhere.";
    const METHOD: &'static str = "PUT";
    const PATH: &'static str = "/users/{id}/email";
    const LINKS: &'static [Link] = &[Link::to("get-user", &[("id", "$response.body#/userId")])];
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadAppend),
        Resource::Personal(Access::ReadWrite),
    ];
    const PUBLISHES: &'static [EventType] = &[UserEmailChanged::EVENT_TYPE];
    type Body = Body;
    type Query = ();
    type Answer = UserChanged;
}

/// The Lambda function `change-email`.
#[must_use]
pub fn function() -> EndpointFunction<ChangeEmail> {
    EndpointFunction::new(async |setting| {
        Ok(ChangeEmail {
            events: setting.events()?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Where mail is to reach them.
    #[schemars(schema_with = "address_schema")]
    email: String,
}

impl Serve for ChangeEmail {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = &request.path_parameter("id")?;
        let Body { email } = request.json()?;
        let author = request.author(Self::SERVICE);
        only_themselves(id, author.actor.id.as_deref())?;
        if !is_address(&email) {
            return Err(UserRefusal::Email.into());
        }
        let change = &UserCommand::ChangeEmail(UserEmailChanged {
            user_id: id.clone(),
            email: email.into(),
        });
        let changing = self
            .events
            .work::<UserRefusal, _, _>(&author, |mut work| async move {
                let user = work.load::<User>(id).await?;
                let user = work.decide(user, change)?;
                Ok(work.answer(Answer::new(&UserChanged::of(id, &user))))
            });
        Ok(changing.await?.answer)
    }
}
