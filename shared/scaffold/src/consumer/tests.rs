use std::fs;

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    NewEvent, NewService, Planned,
    shop::{read, system},
};

fn consumer(name: &str) -> NewConsumer<'_> {
    NewConsumer {
        name,
        service: "billing",
        takes: "order.placed",
        guarantee: Guarantee::Transactional,
    }
}

#[test]
fn a_consumer_is_a_file_a_main_and_lines_in_lists() {
    let (folder, workspace) = system();
    let plan = consumer("count-orders").plan(&workspace).expect("a plan");
    let files: Vec<_> = plan
        .files()
        .map(|(file, planned)| (file.to_str().expect("a path"), planned))
        .collect();
    assert_eq!(
        files,
        [
            ("functions/billing/Cargo.toml", Planned::Changed),
            ("functions/billing/src/bin/count-orders.rs", Planned::New),
            ("functions/billing/src/count_orders.rs", Planned::New),
            ("functions/billing/src/lib.rs", Planned::Changed),
        ]
    );
    plan.carry_out().expect("it is done");
    let library = read(&folder, "functions/billing/src/lib.rs");
    assert!(
        library.contains("pub mod count_orders;\npub mod pay;"),
        "{library}"
    );
    assert!(
        library.contains("pub use count_orders::CountOrders;\npub use pay::Pay;"),
        "{library}"
    );
    assert!(
        library.contains(
            ".consumer(pay::function())\n        .consumer(count_orders::function())\n        .scheduled("
        ),
        "{library}"
    );
    let main = read(&folder, "functions/billing/src/bin/count-orders.rs");
    assert!(
        main.contains("tidings_lambda::consumer(billing::count_orders::function())"),
        "{main}"
    );
    let code = read(&folder, "functions/billing/src/count_orders.rs");
    assert!(
        code.contains("use shop_contracts::OrderPlaced;") && code.contains("order.placed/v2.json"),
        "{code}"
    );
    assert!(code.contains("-> ConsumerFunction<CountOrders> {"), "{code}");
    assert!(!code.contains("{{"), "{code}");
    let manifest = read(&folder, "functions/billing/Cargo.toml");
    for needed in [
        "tidings-core.workspace",
        "tidings-lambda.workspace",
        "shop-contracts.workspace",
        "serde_json.workspace",
        "[dev-dependencies]\ntidings-testkit.workspace",
    ] {
        assert!(manifest.contains(needed), "{needed} is missing in {manifest}");
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_is_touched_when_it_is_refused() {
    let (folder, workspace) = system();
    let before = read(&folder, "functions/billing/src/lib.rs");
    fs::create_dir_all(folder.path().join("functions/billing/src/bin")).expect("a folder");
    fs::write(
        folder.path().join("functions/billing/src/bin/count-orders.rs"),
        "mine",
    )
    .expect("a file");
    assert!(matches!(
        consumer("count-orders").plan(&workspace),
        Err(Refused::Exists(_))
    ));
    assert_eq!(read(&folder, "functions/billing/src/lib.rs"), before);
    assert!(
        !folder
            .path()
            .join("functions/billing/src/count_orders.rs")
            .exists()
    );
}

#[test]
fn what_is_missing_is_told_with_what_there_is() {
    let (_folder, workspace) = system();
    let other = NewConsumer {
        service: "shipping",
        ..consumer("count-orders")
    };
    let told = other.plan(&workspace).unwrap_err().to_string();
    assert_eq!(told, "there is no service shipping; there are billing");
    let other = NewConsumer {
        takes: "order.lost",
        ..consumer("count-orders")
    };
    assert!(
        other
            .plan(&workspace)
            .unwrap_err()
            .to_string()
            .ends_with("there are order.placed, place-order, user.renamed")
    );
    assert!(matches!(
        consumer("Count Orders").plan(&workspace),
        Err(Refused::Name { .. })
    ));
}

#[test]
fn an_event_is_a_type_a_sample_and_a_line_in_its_owners_list() {
    let (folder, workspace) = system();
    let event = NewEvent {
        name: "parcel.went_missing",
        service: "billing",
    };
    event
        .plan(&workspace)
        .expect("a plan")
        .carry_out()
        .expect("it is done");
    let contract = workspace
        .contract("parcel.went_missing")
        .expect("it is found again");
    assert_eq!(
        (contract.rust.as_str(), contract.version),
        ("ParcelWentMissing", 1)
    );
    let library = read(&folder, "shared/contracts/src/lib.rs");
    assert!(
        library.contains("mod order;\nmod parcel_went_missing;\n"),
        "{library}"
    );
    assert!(
        library.contains("pub use parcel_went_missing::ParcelWentMissing;"),
        "{library}"
    );
    let sample = read(&folder, "events/parcel.went_missing/v1.json");
    assert!(
        sample.contains("\"parcelId\": \"par-1\"") && !sample.contains("{{"),
        "{sample}"
    );
    let owner = read(&folder, "functions/billing/src/lib.rs");
    assert!(owner.contains(".event::<ParcelWentMissing>()"), "{owner}");
    assert!(
        owner.contains("use shop_contracts::ParcelWentMissing;"),
        "{owner}"
    );
    assert!(matches!(event.plan(&workspace), Err(Refused::Exists(_))));
}

#[test]
fn a_service_is_a_crate_that_the_system_has_and_takes_a_consumer() {
    let (folder, workspace) = system();
    let service = NewService { name: "gift-cards" };
    service
        .plan(&workspace)
        .expect("a plan")
        .carry_out()
        .expect("it is done");
    let root = read(&folder, "Cargo.toml");
    assert!(
        root.contains("gift-cards = { path = \"functions/gift-cards\" }"),
        "{root}"
    );
    let tool = read(&folder, "tools/tidings/Cargo.toml");
    assert!(tool.contains("gift-cards.workspace = true"), "{tool}");
    let listed = read(&folder, "tools/tidings/src/system.rs");
    assert!(
        listed.contains(".service(billing::service())\n        .service(gift_cards::service())"),
        "{listed}"
    );
    let first = NewConsumer {
        service: "gift-cards",
        ..consumer("count-orders")
    };
    first
        .plan(&workspace)
        .expect("a plan")
        .carry_out()
        .expect("it is done");
    let library = read(&folder, "functions/gift-cards/src/lib.rs");
    assert!(
        library.contains(
            "pub mod count_orders;\n\npub use count_orders::CountOrders;\n\nuse tidings_aws::Service;"
        ),
        "{library}"
    );
    assert!(
        library.contains("Service::new(SERVICE)\n        .consumer(count_orders::function())"),
        "{library}"
    );
    let main = read(&folder, "functions/gift-cards/src/bin/count-orders.rs");
    assert!(main.contains("gift_cards::count_orders::function()"), "{main}");
}
