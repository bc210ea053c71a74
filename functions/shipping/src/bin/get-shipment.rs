//! The Lambda function `get-shipment`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(shipping::get_shipment::function())
}
