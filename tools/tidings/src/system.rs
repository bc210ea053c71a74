//! The whole system: every publisher, query, consumer and handler of a command, a line each. The local run, the catalogue and with it the
//! infrastructure are made from this list.

use accounts::{
    AwardLoyaltyPoints, ChangeEmail, CreateProfile, Deposit, GetAccount, GetCustomer, GetProfile, GetUser,
    OpenAccount, OrderPoints, RegisterUser, RenameUser, Transfer, UpdateCustomer, Withdraw,
    WithdrawLoyaltyPoints, aggregate::Account, create_profile::PROFILES, order_points::ORDER_POINTS,
};
use billing::{CreateInvoice, CreateStripeCustomer, RefundPayment, RenderInvoicePdf, TaxRate};
use insights::{
    GetDashboard, GetRecommendations, RefreshDashboard, Rows, SyncCrm, TrackAnalytics, UpdateRecommendations,
    refresh_dashboard::DASHBOARD, update_recommendations::RECOMMENDATIONS,
};
use notifications::{
    NotifyAffiliates, NotifySales, SendOrderConfirmation, SendWelcomeEmail, StartPostPurchaseFlow,
};
use orders::{
    CancelOrder, ChangeOrderStatus, Checkouts, GetOrder, GetOrderSummary, GetStock, HandlePlaceOrder,
    ListOrders, OrderViews, PlaceOrder, ProjectOrders, ReceiveStock, ReleaseStock, SweepCheckouts,
    checkout::CHECKOUTS, stock::STOCK,
};
use platform::RecordAuditLog;
use shipping::{
    CallOffShipment, CreateShipment, CustomerCopies, GetShipment, GetShippingQuote, HandleQuoteShipping,
    KeepCustomerCopy, Shipments, customer_copies::SHIPPING_CUSTOMERS, shipments::SHIPMENTS,
};
use tidings_aws::event_store::Kinds;
use tidings_core::catalogue::{EVENTS, OUTBOX};

use crate::{registry::Registry, world::World};

/// The storefront.
pub fn storefront() -> Registry {
    Registry::new("storefront")
        .publisher(|world| PlaceOrder {
            checkouts: checkouts(world),
        })
        .publisher(|world| ReceiveStock {
            events: world.events(),
            answers: world.answers(),
            stock: world.table(&STOCK),
        })
        .query(|world| GetStock {
            dynamodb: world.dynamodb(),
            stock: world.table(&STOCK),
        })
        .publisher(|world| OpenAccount {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| Deposit {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| Withdraw {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| Transfer {
            events: world.events(),
            answers: world.answers(),
        })
        .query(|world| GetAccount {
            events: world.events(),
        })
        .publisher(|world| RegisterUser {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| RenameUser {
            events: world.events(),
        })
        .publisher(|world| ChangeEmail {
            events: world.events(),
        })
        .query(|world| GetUser {
            events: world.events(),
        })
        .query(|world| GetProfile {
            dynamodb: world.dynamodb(),
            table: world.table(&PROFILES),
        })
        .publisher(|world| UpdateCustomer {
            events: world.events(),
        })
        .query(|world| GetCustomer {
            events: world.events(),
        })
        .publisher(|world| ChangeOrderStatus {
            events: world.events(),
        })
        .publisher(|world| CancelOrder {
            events: world.events(),
        })
        .query(|world| GetOrder { views: world.views() })
        .query(|world| GetOrderSummary { views: world.views() })
        .query(|world| ListOrders { views: world.views() })
        .query(|world| GetShippingQuote {
            requester: world.requester(),
            clock: world.clock(),
            entropy: world.entropy(),
        })
        .query(|world| GetShipment {
            shipments: Shipments::new(world.dynamodb(), world.table(&SHIPMENTS)),
        })
        .query(|world| GetRecommendations {
            recommendations: Rows::new(world.dynamodb(), &RECOMMENDATIONS, world.table(&RECOMMENDATIONS)),
        })
        .query(|world| GetDashboard {
            counters: Rows::new(world.dynamodb(), &DASHBOARD, world.table(&DASHBOARD)),
            clock: world.clock(),
        })
        .consumer(|_| HandlePlaceOrder)
        .consumer(|_| HandleQuoteShipping)
        .consumer(|_| CreateProfile)
        .consumer(|world| CreateStripeCustomer {
            customers: world.outside().customers,
        })
        .consumer(|world| AwardLoyaltyPoints {
            events: world.events(),
        })
        .consumer(|_| KeepCustomerCopy)
        .consumer(|world| CreateShipment {
            customers: CustomerCopies::new(
                world.dynamodb(),
                world.table(&SHIPPING_CUSTOMERS),
                world.keyring(),
            ),
            shipments: Shipments::new(world.dynamodb(), world.table(&SHIPMENTS)),
            warehouse: world.outside().warehouse,
        })
        .consumer(|_| CreateInvoice)
        .consumer(|world| RenderInvoicePdf {
            documents: world.outside().invoices,
            tax: TaxRate::from_environment(),
        })
        .consumer(|world| SendOrderConfirmation {
            mailer: world.outside().mailer,
        })
        .consumer(|world| SendWelcomeEmail {
            mailer: world.outside().mailer,
        })
        .consumer(|world| NotifySales {
            chat: world.outside().chat,
        })
        .consumer(|world| NotifyAffiliates {
            affiliates: world.outside().affiliates,
        })
        .consumer(|_| StartPostPurchaseFlow)
        .consumer(|_| TrackAnalytics)
        .consumer(|_| UpdateRecommendations)
        .consumer(|_| RefreshDashboard)
        .consumer(|world| SyncCrm {
            crm: world.outside().crm,
        })
        .consumer(|world| RecordAuditLog {
            log: world.audit_log(),
        })
        .consumer(|world| ProjectOrders {
            projector: world.projector(),
        })
        .consumer(|world| ReleaseStock {
            events: world.events(),
        })
        .consumer(|_| CallOffShipment)
        .consumer(|world| WithdrawLoyaltyPoints {
            events: world.events(),
            points: OrderPoints::new(world.dynamodb(), world.table(&ORDER_POINTS)),
        })
        .consumer(|world| RefundPayment {
            events: world.events(),
            refunds: world.outside().refunds,
        })
        .projection::<OrderViews>()
        .relay("relay-outbox", platform::SERVICE, &OUTBOX)
        .sweeper("sweep-outbox", platform::SERVICE, &OUTBOX)
        .relay("relay-events", platform::SERVICE, &EVENTS)
        .sweeper("sweep-events", platform::SERVICE, &EVENTS)
        .scheduled(|world| SweepCheckouts {
            checkouts: checkouts(world),
        })
        .reaper("reap-reply-queues", platform::SERVICE)
        .snapshotter("snapshot-accounts", platform::SERVICE, Kinds::of::<Account>())
}

/// What checks out: for the request, and for the sweeper that goes on with what it has left.
fn checkouts(world: &World) -> Checkouts {
    Checkouts::new(
        world.events(),
        world.dynamodb(),
        world.table(&CHECKOUTS),
        world.table(&STOCK),
        world.outside().cards,
    )
}
