//! The kernel's own tests; they name no floor but the kernel's own.
