//! The Lambda function `handle-quote-shipping`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(shipping::handle_quote_shipping::function())
}
