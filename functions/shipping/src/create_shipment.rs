//! `create-shipment`: has an order packed and emits `shipment.created`.
//!
//! Where a parcel goes, shipping's own copy of the customer says; nobody is called back. A copy that has not come yet is waited for, and waiting
//! does not pause the orders of others. A guest has no copy: they collect their parcel.
//!
//! An order that is called off is not packed: `call-off-shipment` has left a mark. Where the mark comes while the warehouse is being asked, the parcel is unpacked:
//! an order that could be called off was not `shipped` yet, so the order's history has decided against the parcel.
//!
//! Leased: packing is an effect outside. The warehouse knows an order by the idempotency key, so beginning again packs nothing twice.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use storefront_contracts::{CustomerUpdated, GUEST, OrderPlaced, ShipmentCreated, StockItem};
use storefront_providers::{Packed, Parcel, Unwanted, Warehouse, warehouse};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Condition, Consumer, Context, Effects, Event, EventType, Failure, Leased, Repeat, Unread,
    catalogue::{Access, Resource},
    consumer::guarantee,
    effects::Otherwise,
};
use tracing::info;

use crate::{
    customer_copies::{CustomerCopies, SHIPPING_CUSTOMERS},
    shipments::{SHIPMENTS, Shipments, Standing, shipment_of},
};

/// The consumer.
pub struct CreateShipment {
    /// Who is shipped to.
    pub customers: CustomerCopies,
    /// Which orders are called off.
    pub shipments: Shipments,
    /// Packs.
    pub warehouse: Arc<dyn Warehouse>,
}

impl Consumer for CreateShipment {
    const NAME: &'static str = "create-shipment";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Table(&SHIPPING_CUSTOMERS, Access::Read),
        Resource::Table(&SHIPMENTS, Access::ReadWrite),
        Resource::Personal(Access::Read),
        Resource::Secret("warehouse"),
    ];
    const PUBLISHES: &'static [EventType] = &[ShipmentCreated::EVENT_TYPE];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `create-shipment`.
#[must_use]
pub fn function() -> ConsumerFunction<CreateShipment> {
    ConsumerFunction::new(async |setting| {
        Ok(CreateShipment {
            customers: CustomerCopies::of(setting)?,
            shipments: Shipments::of(setting)?,
            warehouse: warehouse(setting).await?,
        })
    })
}

impl Leased for CreateShipment {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, order: OrderPlaced, context: &Context) -> Result<Effects, Failure> {
        let order_id = &order.order_id;
        match self.shipments.standing(order_id).await? {
            Standing::Open => {}
            Standing::Packed(_) => return Ok(Effects::none().unasked()),
            Standing::CalledOff => {
                info!(order_id, "nothing is shipped: the order is called off");
                return self.unpack(order_id, context).await;
            }
        }
        let items = packed(&order)?;
        let to = match order.user_id.as_str() {
            GUEST => None,
            user => match self.destination(user).await? {
                Some(to) => Some(to),
                None => {
                    info!(
                        order_id = order.order_id,
                        "nothing is shipped: who ordered has been erased"
                    );
                    return Ok(Effects::none().unasked());
                }
            },
        };
        let shipment_id = shipment_of(&order.order_id);
        let parcel = Parcel {
            shipment_id: shipment_id.clone(),
            order_id: order.order_id.clone(),
            to,
            items: items.iter().map(to_pack).collect(),
        };
        let booked = self
            .warehouse
            .pack(&parcel, &context.idempotency_key().to_string())
            .await?;
        let created = ShipmentCreated {
            shipment_id,
            order_id: order.order_id,
            user_id: order.user_id,
            carrier: booked.carrier,
            tracking: booked.tracking,
            items,
        };
        // A mark may have come meanwhile. The next try reads it, and has the parcel unpacked.
        let once = Condition::Absent(SHIPMENTS.partition_key);
        let meanwhile = Failure::transient("the order was called off while it was being packed");
        Ok(Effects::none()
            .put_if(&SHIPMENTS, &created, once, Otherwise::Fail(meanwhile))?
            .emit(&created, 1)?)
    }
}

impl CreateShipment {
    /// An earlier try may have had it packed, and have died or come too late.
    async fn unpack(&self, order_id: &str, context: &Context) -> Result<Effects, Failure> {
        if context.attempt == 1 {
            return Ok(Effects::none().unasked());
        }
        let parcel = Unwanted {
            shipment_id: shipment_of(order_id),
            order_id: order_id.to_owned(),
        };
        let key = format!("{}-unpack", context.idempotency_key());
        self.warehouse.unpack(&parcel, &key).await?;
        Ok(Effects::none())
    }

    /// Name and address for the label; none where the customer has been erased.
    async fn destination(&self, customer_id: &str) -> Result<Option<Value>, Failure> {
        let customer = self.customers.find(customer_id).await?;
        label(&customer.ok_or_else(|| unknown(customer_id))?)
    }
}

/// The event that tells of the customer is still on its way, or they have never said where they live.
fn unknown(customer_id: &str) -> Failure {
    Failure::awaiting(format!(
        "no customer.updated of {customer_id} has come yet, so there is no address; if the customer has none, they give one \
         (update-customer), and this is then redriven"
    ))
}

fn label(customer: &CustomerUpdated) -> Result<Option<Value>, Failure> {
    let phone = customer.phone.as_ref().map(|phone| phone.read()).transpose();
    let read = || Ok((customer.name.read()?, phone?, customer.address.read()?));
    match read() {
        Ok((name, phone, address)) => {
            let mut label = json!({ "name": name, "address": address });
            if let Some(phone) = phone {
                label["phone"] = json!(phone);
            }
            Ok(Some(label))
        }
        Err(Unread::Erased) => Ok(None),
        Err(sealed @ Unread::Sealed) => Err(Failure::permanent(sealed.to_string()).of_class("Sealed")),
    }
}

fn to_pack(item: &StockItem) -> Packed {
    Packed {
        sku: item.sku.clone(),
        quantity: item.quantity,
    }
}

/// What is in the parcel: an article once, however many lines of the order name it.
fn packed(order: &OrderPlaced) -> Result<Vec<StockItem>, Failure> {
    let mut packed = BTreeMap::new();
    for item in &order.items {
        *packed.entry(item.sku.as_str()).or_insert(0_u64) += u64::from(item.quantity);
    }
    if packed.is_empty() {
        let nothing = "the order does not say what was ordered (order.placed of version 1 does not); it is shipped by hand";
        return Err(Failure::permanent(nothing).of_class("NothingToPack"));
    }
    let item = |(sku, quantity): (&str, u64)| StockItem {
        sku: sku.to_owned(),
        quantity,
    };
    Ok(packed.into_iter().map(item).collect())
}
