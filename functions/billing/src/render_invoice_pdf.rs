//! `render-invoice-pdf`: the invoice as a document, kept for good.
//!
//! Naturally idempotent: the same event makes the same bytes, under the same name, and a document that is there stays. All that it says is in the event; of the
//! settings, an event of version 1 alone needs one.

use std::sync::Arc;

use jiff::tz::TimeZone;
use storefront_contracts::InvoiceCreated;
use storefront_documents::invoices;
use storefront_providers::KeepDocuments;
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Failure, Natural,
    catalogue::{Access, Resource},
    consumer::guarantee,
};

use crate::{
    invoice_pdf::{self, bill::Bill},
    tax::{NoRate, TaxRate},
};

/// The consumer.
pub struct RenderInvoicePdf {
    /// Keeps the documents.
    pub documents: Arc<dyn KeepDocuments>,
    /// The tax that prices include, for an invoice that does not say it (`invoice.created` of version 1). Where the configuration names one that is none, those
    /// wait until it does not.
    pub tax: Result<TaxRate, NoRate>,
}

impl Consumer for RenderInvoicePdf {
    const NAME: &'static str = "render-invoice-pdf";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Bucket("invoices", Access::Write),
        Resource::Parameter(TaxRate::PARAMETER),
    ];
    type Event = InvoiceCreated;
    type Guarantee = guarantee::Natural;
}

/// The Lambda function `render-invoice-pdf`.
#[must_use]
pub fn function() -> ConsumerFunction<RenderInvoicePdf> {
    ConsumerFunction::new(async |setting| {
        Ok(RenderInvoicePdf {
            documents: invoices(setting)?,
            tax: TaxRate::from_environment(),
        })
    })
}

impl Natural for RenderInvoicePdf {
    async fn perform(&self, invoice: InvoiceCreated, context: &Context) -> Result<(), Failure> {
        // The event says when it was billed; when it is handled would differ from try to try.
        let time = context.envelope.time;
        let time =
            time.ok_or_else(|| Failure::permanent("the event does not say when the order was billed"))?;
        let issued = time.to_zoned(TimeZone::UTC).date();
        let name = format!("{}.pdf", invoice.invoice_id);
        let tax = match invoice.tax_rate {
            Some(said) => TaxRate::said(said).map_err(|error| no_bill(&error))?,
            None => self.tax.clone()?,
        };
        let document = document(invoice, issued, tax)?;
        self.documents.keep(&name, "application/pdf", &document).await
    }
}

fn document(invoice: InvoiceCreated, issued: jiff::civil::Date, tax: TaxRate) -> Result<Vec<u8>, Failure> {
    let bill = Bill::of(invoice, issued, tax).map_err(|error| no_bill(&error))?;
    invoice_pdf::pdf(&bill).map_err(|error| no_bill(&error))
}

/// The event says what it says: no other try helps.
fn no_bill(error: &dyn std::error::Error) -> Failure {
    Failure::permanent(error.to_string()).of_class("NoBill")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Mutex};

    use lopdf::Document;
    use storefront_contracts::{Currency, Item, Money};
    use storefront_documents::DocumentFolder;
    use tidings_testkit::{Bench, Ended, given, given_json};

    use super::*;

    /// Keeps documents, or is down.
    #[derive(Default)]
    struct Shelf {
        kept: Mutex<BTreeMap<String, Vec<Vec<u8>>>>,
        down: bool,
    }

    #[async_trait::async_trait]
    impl KeepDocuments for Shelf {
        async fn keep(&self, name: &str, content_type: &str, document: &[u8]) -> Result<(), Failure> {
            if self.down {
                return Err(Failure::transient("503"));
            }
            assert_eq!(content_type, "application/pdf");
            let mut kept = self.kept.lock().unwrap();
            kept.entry(name.to_owned()).or_default().push(document.to_vec());
            Ok(())
        }
    }

    fn render(shelf: &Arc<Shelf>) -> RenderInvoicePdf {
        RenderInvoicePdf {
            documents: shelf.clone(),
            tax: Ok(TaxRate::DEFAULT),
        }
    }

    fn invoice(items: Vec<Item>, total: Money) -> InvoiceCreated {
        InvoiceCreated {
            invoice_id: "inv-o-1".into(),
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            total,
            items,
            tax_rate: Some(2_000),
        }
    }

    fn item(name: &str, quantity: u32, unit_price: Money) -> Item {
        Item {
            sku: "any".into(),
            name: name.into(),
            quantity,
            unit_price,
        }
    }

    fn eur(amount: i64) -> Money {
        Money {
            amount,
            currency: Currency::EUR,
        }
    }

    /// What a reader of the document finds, page by page, white space made one.
    fn read(pdf: &[u8]) -> Vec<String> {
        let document = Document::load_mem(pdf).unwrap();
        let pages = document.get_pages();
        let text = |number: &u32| document.extract_text(&[*number]).unwrap();
        let plain = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        pages.keys().map(text).map(plain).collect()
    }

    fn rendered(invoice: InvoiceCreated) -> Vec<String> {
        let issued = jiff::civil::Date::constant(2026, 1, 15);
        read(&document(invoice, issued, TaxRate::DEFAULT).unwrap())
    }

    #[tokio::test]
    async fn the_sample_s_document_says_number_date_items_tax_and_total() {
        let shelf: Arc<Shelf> = Arc::default();
        let sample = include_str!("../../../events/invoice.created/v2.json");
        let nothing_is_set = RenderInvoicePdf {
            tax: Err(NoRate(String::new())),
            ..render(&shelf)
        };
        given_json(sample).by(&nothing_is_set).await.does_nothing_else();
        let kept = shelf.kept.lock().unwrap();
        let name = "inv-ord-7d9f5c1e6a0b4e3d8c2752b1e4a9f603.pdf";
        let [page] = <[String; 1]>::try_from(read(&kept[name][0])).unwrap();
        for said in [
            "inv-ord-7d9f5c1e6a0b4e3d8c2752b1e4a9f603",
            "2026-01-15",
            "ord-7d9f5c1e6a0b4e3d8c2752b1e4a9f603",
            "usr-7f3a",
            "Blue mug",
            "12.99 EUR",
            "25.98 EUR",
            "Green tea",
            "25.82 EUR",
            "Tax 20 %",
            "5.16 EUR",
            "30.98 EUR",
            "Page 1 of 1",
        ] {
            assert!(page.contains(said), "{said:?} is not in {page:?}");
        }
    }

    #[tokio::test]
    async fn the_same_event_makes_the_same_bytes() {
        let shelf: Arc<Shelf> = Arc::default();
        let bench = Bench::open().await;
        let worker = bench.worker(render(&shelf)).await;
        let created = given(&invoice(
            vec![item("Tea", 2, eur(250)), item("Τσάι", 1, eur(1))],
            eur(501),
        ));
        for _ in 0..3 {
            assert_eq!(worker.deliver([&created]).await, [Ended::Done]);
            bench.pass(std::time::Duration::from_secs(100_000));
        }
        let kept = shelf.kept.lock().unwrap();
        let documents = &kept["inv-o-1.pdf"];
        assert_eq!(documents.len(), 3);
        assert!(documents.iter().all(|document| *document == documents[0]));
        assert!(
            documents[0].len() < 60_000,
            "the typeface is embedded by what is used of it"
        );
    }

    #[tokio::test]
    async fn an_invoice_that_was_issued_does_not_change_with_a_setting() {
        let bench = Bench::open().await;
        let shelf: Arc<Shelf> = Arc::default();
        let mut said = invoice(vec![item("Tea", 2, eur(250))], eur(500));
        said.tax_rate = Some(700);
        let created = given(&said);
        for set in ["1900", "2000", "0", "20%"] {
            let render = RenderInvoicePdf {
                tax: TaxRate::parse(set),
                ..render(&shelf)
            };
            let ended = bench.worker(render).await.deliver([&created]).await;
            assert_eq!(ended, [Ended::Done], "{set}");
        }
        let kept = shelf.kept.lock().unwrap();
        let documents = &kept["inv-o-1.pdf"];
        assert_eq!(documents.len(), 4);
        assert!(documents.iter().all(|document| *document == documents[0]));
        assert!(read(&documents[0]).concat().contains("Tax 7 %"));
    }

    #[tokio::test]
    async fn a_document_that_was_issued_stays_also_where_its_event_does_not_say_the_rate() {
        let place = tempfile::tempdir().unwrap();
        let folder = Arc::new(DocumentFolder::create(place.path()).unwrap());
        let sample = include_str!("../../../events/invoice.created/v1.json");
        let file = place.path().join("inv-ord-7d9f5c1e6a0b4e3d8c2752b1e4a9f603.pdf");
        let mut issued = Vec::new();
        for set in ["1900", "2000"] {
            let render = RenderInvoicePdf {
                documents: folder.clone(),
                tax: TaxRate::parse(set),
            };
            given_json(sample).by(&render).await.does_nothing_else();
            issued.push(std::fs::read(&file).unwrap());
        }
        assert!(read(&issued[0]).concat().contains("Tax 19 %"));
        assert_eq!(issued[0], issued[1]);
    }

    #[tokio::test]
    async fn an_invoice_that_says_a_rate_that_is_none_is_set_aside() {
        let mut wrong = invoice(Vec::new(), eur(500));
        wrong.tax_rate = Some(10_001);
        let failed = given(&wrong).by(&render(&Arc::default())).await;
        let failure = failed.failure().unwrap();
        assert_eq!(failure.class(), "NoBill");
        assert!(failure.reason().contains("10001"), "{failure:?}");
    }

    #[test]
    fn names_in_other_letters_can_be_read_and_currencies_have_their_own_decimals() {
        let yen = |amount| Money {
            amount,
            currency: Currency::JPY,
        };
        let names = ["Łódź – façade", "Τσάι", "Чайник", "office ﬁx", "e\u{301}clair"];
        let items = names.map(|name| item(name, 1, yen(100))).to_vec();
        let page = rendered(invoice(items, yen(500))).concat();
        for said in names.iter().chain(&["100 JPY", "500 JPY", "417 JPY", "83 JPY"]) {
            assert!(page.contains(said), "{said:?} is not in {page:?}");
        }
    }

    #[test]
    fn a_long_invoice_has_several_pages_and_its_total_on_the_last() {
        let items = (1..=100).map(|number| item(&format!("Tea No {number}."), 1, eur(1)));
        let pages = rendered(invoice(items.collect(), eur(100)));
        assert!(pages.len() > 2);
        let all = pages.concat();
        for number in 1..=100 {
            assert!(all.contains(&format!("Tea No {number}.")), "{number}");
        }
        assert!(pages.last().unwrap().contains("Total 1.00 EUR"), "{pages:?}");
    }

    #[tokio::test]
    async fn an_invoice_that_says_no_rate_waits_for_one() {
        let render = RenderInvoicePdf {
            tax: Err(NoRate("20%".into())),
            ..render(&Arc::default())
        };
        let mut silent = invoice(Vec::new(), eur(501));
        silent.tax_rate = None;
        let failed = given(&silent).by(&render).await;
        let failure = failed.failure().unwrap();
        assert_eq!(failure.class(), "NoRate");
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
    }

    #[tokio::test]
    async fn what_does_not_add_up_is_set_aside_and_what_cannot_be_kept_comes_back() {
        let bench = Bench::open().await;
        let shelf: Arc<Shelf> = Arc::default();
        let wrong = given(&invoice(vec![item("Tea", 2, eur(250))], eur(501)));
        assert_eq!(
            bench.worker(render(&shelf)).await.deliver([wrong]).await,
            [Ended::set_aside(
                "the lines make 5.00 EUR, and the total is 5.01 EUR"
            )]
        );
        let down = Arc::new(Shelf {
            down: true,
            ..Shelf::default()
        });
        let right = given(&invoice(Vec::new(), eur(501)));
        assert_eq!(
            bench.worker(render(&down)).await.deliver([&right]).await,
            [Ended::back(1, "503")]
        );
        assert_eq!(
            bench.worker(render(&shelf)).await.deliver([right]).await,
            [Ended::Done]
        );
        assert_eq!(shelf.kept.lock().unwrap().len(), 1);
    }
}
