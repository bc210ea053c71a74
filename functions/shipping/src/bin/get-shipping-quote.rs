//! The Lambda function `get-shipping-quote`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(shipping::get_shipping_quote::function())
}
