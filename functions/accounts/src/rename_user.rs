//! `rename-user`: somebody wants to be called otherwise.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::UserRenamed;
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, NOT_BLANK, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType,
    catalogue::{Access, EVENTS, Endpoint, Link, Resource},
};

use crate::{
    aggregate::{
        User, UserCommand, UserRefusal,
        user::{LONGEST_NAME, is_name, only_themselves},
    },
    views::UserChanged,
};

/// The publisher.
pub struct RenameUser {
    /// Where users are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for RenameUser {
    const NAME: &'static str = "rename-user";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "A user wants to be called otherwise.";
    const METHOD: &'static str = "PUT";
    const PATH: &'static str = "/users/{id}/name";
    const LINKS: &'static [Link] = &[
        Link::to("get-user", &[("id", "$response.body#/userId")]),
        Link::to("get-profile", &[("id", "$response.body#/userId")]),
    ];
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadAppend),
        Resource::Personal(Access::ReadWrite),
    ];
    const PUBLISHES: &'static [EventType] = &[UserRenamed::EVENT_TYPE];
    type Body = Body;
    type Query = ();
    type Answer = UserChanged;
}

/// The Lambda function `rename-user`.
#[must_use]
pub fn function() -> EndpointFunction<RenameUser> {
    EndpointFunction::new(async |setting| {
        Ok(RenameUser {
            events: setting.events()?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// How they want to be called.
    #[schemars(length(min = 1, max = LONGEST_NAME), regex(pattern = NOT_BLANK), example = &"Ada King")]
    name: String,
}

impl Serve for RenameUser {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = &request.path_parameter("id")?;
        let Body { name } = request.json()?;
        let author = request.author(Self::SERVICE);
        only_themselves(id, author.actor.id.as_deref())?;
        if !is_name(&name) {
            return Err(UserRefusal::Name.into());
        }
        let rename = &UserCommand::Rename(UserRenamed {
            user_id: id.clone(),
            name: name.into(),
        });
        let renaming = self
            .events
            .work::<UserRefusal, _, _>(&author, |mut work| async move {
                let user = work.load::<User>(id).await?;
                let user = work.decide(user, rename)?;
                Ok(work.answer(Answer::new(&UserChanged::of(id, &user))))
            });
        Ok(renaming.await?.answer)
    }
}
