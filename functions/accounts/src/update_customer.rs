//! `update-customer`: whom parcels are for and where they go, told whole; `customer.updated` hands all of it on.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{CustomerUpdated, PostalAddress, address_schema};
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, LINE, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType,
    catalogue::{Access, EVENTS, Endpoint, Link, Resource},
};

use crate::{
    aggregate::{
        Customer, CustomerRefusal,
        customer::{LONGEST_PHONE, PHONE},
        user::{LONGEST_NAME, only_themselves},
    },
    views::{Address, CustomerChanged},
};

/// The publisher.
pub struct UpdateCustomer {
    /// Where customers are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for UpdateCustomer {
    const NAME: &'static str = "update-customer";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "A customer says who they are and where they live, whole.";
    const METHOD: &'static str = "PUT";
    const PATH: &'static str = "/customers/{id}";
    const LINKS: &'static [Link] = &[Link::to("get-customer", &[("id", "$response.body#/customerId")])];
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadAppend),
        Resource::Personal(Access::ReadWrite),
    ];
    const PUBLISHES: &'static [EventType] = &[CustomerUpdated::EVENT_TYPE];
    type Body = Body;
    type Query = ();
    type Answer = CustomerChanged;
}

/// The Lambda function `update-customer`.
#[must_use]
pub fn function() -> EndpointFunction<UpdateCustomer> {
    EndpointFunction::new(async |setting| {
        Ok(UpdateCustomer {
            events: setting.events()?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Whom parcels are addressed to.
    #[schemars(length(min = 1, max = LONGEST_NAME), regex(pattern = LINE), example = &"Ada")]
    name: String,
    /// Where mail reaches them.
    #[schemars(schema_with = "address_schema")]
    email: String,
    /// Where the carrier reaches them: 3 to 15 digits (ITU-T E.164), which spaces, `-`, `.`, `/`, `(` and `)` may part.
    #[schemars(length(max = LONGEST_PHONE), regex(pattern = PHONE), example = &"+44 20 7946 0018")]
    phone: Option<String>,
    /// Where parcels go.
    address: Address,
}

impl Serve for UpdateCustomer {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = &request.path_parameter("id")?;
        let body: Body = request.json()?;
        let author = request.author(Self::SERVICE);
        only_themselves(id, author.actor.id.as_deref())?;
        let update = &CustomerUpdated {
            customer_id: id.clone(),
            name: body.name.into(),
            email: body.email.into(),
            phone: body.phone.map(Into::into),
            address: PostalAddress::from(body.address).into(),
        };
        let updating = self
            .events
            .work::<CustomerRefusal, _, _>(&author, |mut work| async move {
                let customer = work.load::<Customer>(id).await?;
                let customer = work.decide(customer, update)?;
                Ok(work.answer(Answer::new(&CustomerChanged::of(id, &customer))))
            });
        Ok(updating.await?.answer)
    }
}
