//! What a build without the standard library must bring itself.

use core::arch::wasm32;
use core::panic::PanicInfo;

/// No panic is reachable from input. Should there be one all the same, it is a trap without words:
/// printing them would cost 15 KB.
#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    wasm32::unreachable()
}
