//! `update-customer`: whom parcels are for and where they go, told whole; `customer.updated` hands all of it on.

use serde::Deserialize;
use storefront_contracts::{CustomerUpdated, PostalAddress};
use tidings_aws::{
    event_store::EventStore,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::{
    Event, EventType,
    catalogue::{Access, EVENTS, Endpoint, Resource},
};

use crate::{
    aggregate::{Customer, CustomerRefusal, user::only_themselves},
    views,
};

/// The publisher.
pub struct UpdateCustomer {
    /// Where customers are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for UpdateCustomer {
    const NAME: &'static str = "update-customer";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "PUT";
    const PATH: &'static str = "/customers/{id}";
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadWrite),
        Resource::Personal(Access::ReadWrite),
    ];

    fn publishes() -> Vec<EventType> {
        vec![CustomerUpdated::event_type()]
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    email: String,
    phone: Option<String>,
    address: Address,
}

/// As in the event, but with nothing beside it: a field that is misspelt must not be one that is left out.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Address {
    lines: Vec<String>,
    #[serde(default)]
    postal_code: String,
    city: String,
    country: String,
}

impl Serve for UpdateCustomer {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
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
                Ok(work.answer(Answer::ok(views::updated(id, &customer))))
            });
        Ok(updating.await?.answer)
    }
}

impl From<Address> for PostalAddress {
    fn from(address: Address) -> Self {
        Self {
            lines: address.lines,
            postal_code: address.postal_code,
            city: address.city,
            country: address.country,
        }
    }
}
