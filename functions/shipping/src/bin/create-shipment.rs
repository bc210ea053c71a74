//! The Lambda function `create-shipment`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(shipping::create_shipment::function())
}
