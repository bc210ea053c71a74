//! `get-user`: somebody's name, address and plan, now or as of a version or a time.

use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::catalogue::{Access, EVENTS, Endpoint, Resource};

use crate::{
    aggregate::{User, user::only_themselves},
    history::{Asked, asked_for},
    views::UserView,
};

/// The query.
pub struct GetUser {
    /// Where users are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for GetUser {
    const NAME: &'static str = "get-user";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "A user's name, address and plan, now or earlier; for themselves.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/users/{id}";
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Read),
        Resource::Personal(Access::Read),
    ];
    type Body = ();
    type Query = Asked;
    type Answer = UserView;
}

/// The Lambda function `get-user`.
#[must_use]
pub fn function() -> EndpointFunction<GetUser> {
    EndpointFunction::new(async |setting| {
        Ok(GetUser {
            events: setting.events()?,
        })
    })
}

impl Serve for GetUser {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = request.path_parameter("id")?;
        only_themselves(&id, request.actor().id.as_deref())?;
        let user = asked_for::<User, _>(&self.events, request, &id).await?;
        Ok(Answer::new(&UserView::of(&id, &user)))
    }
}
