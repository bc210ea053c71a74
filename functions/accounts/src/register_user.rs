//! `register-user`: somebody signs up. A caller who is known signs up as who they are.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{Plan, UserSignedUp, address_schema};
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Answers, NOT_BLANK, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType,
    catalogue::{Access, EVENTS, Endpoint, IDEMPOTENCY, IdempotencyKey, Link, Resource},
};

use crate::{
    aggregate::{User, UserCommand, UserRefusal, user::LONGEST_NAME},
    views::UserChanged,
};

/// The publisher.
pub struct RegisterUser {
    /// Where users are kept, as their events.
    pub events: EventStore,
    /// The answers to requests that were made before.
    pub answers: Answers,
}

impl Endpoint for RegisterUser {
    const NAME: &'static str = "register-user";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "Somebody signs up; a caller who is known, as who they are.";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/users";
    const STATUS: u16 = 201;
    // No money moves: without a key, each request is its own.
    const KEY: IdempotencyKey = IdempotencyKey::Optional;
    const LINKS: &'static [Link] = &[
        Link::to("get-user", &[("id", "$response.body#/userId")]),
        Link::to("rename-user", &[("id", "$response.body#/userId")]),
        Link::to("change-email", &[("id", "$response.body#/userId")]),
        Link::to("update-customer", &[("id", "$response.body#/userId")]),
    ];
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadAppend),
        Resource::Table(&IDEMPOTENCY, Access::ReadWrite),
        Resource::Personal(Access::ReadWrite),
    ];
    const PUBLISHES: &'static [EventType] = &[UserSignedUp::EVENT_TYPE];
    type Body = Body;
    type Query = ();
    type Answer = UserChanged;
}

/// The Lambda function `register-user`.
#[must_use]
pub fn function() -> EndpointFunction<RegisterUser> {
    EndpointFunction::new(async |setting| {
        Ok(RegisterUser {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// How they want to be called.
    #[schemars(length(min = 1, max = LONGEST_NAME), regex(pattern = NOT_BLANK), example = &"Ada")]
    name: String,
    /// Where mail reaches them.
    #[schemars(schema_with = "address_schema")]
    email: String,
    /// What they pay for.
    #[serde(default)]
    plan: Plan,
}

impl Serve for RegisterUser {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let body: Body = request.json()?;
        let once = self.answers.once(request)?;
        let author = request.author(Self::SERVICE);
        let (body, caller) = (&body, &author.actor.id);
        let signing_up = once.work::<UserRefusal, _>(&self.events, &author, |mut work| async move {
            let new = || format!("usr-{}", work.id().simple());
            let id = caller.clone().unwrap_or_else(new);
            let user = work.load::<User>(&id).await?;
            let sign_up = UserCommand::SignUp(UserSignedUp {
                user_id: id.clone(),
                name: body.name.clone().into(),
                email: body.email.clone().into(),
                plan: body.plan,
            });
            let user = work.decide(user, &sign_up)?;
            Ok(work.answer(Answer::new(&UserChanged::of(&id, &user))))
        });
        signing_up.await
    }
}
