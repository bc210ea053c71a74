//! The Lambda function `handle-quote-shipping`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(shipping::handle_quote_shipping::function())
}
