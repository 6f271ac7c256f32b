package dev.loupe.engine;

/**
 * What went wrong, in one sentence that ends with the remedy.
 *
 * <p>Everything a user can cause (a bad file, a wrong argument, too little memory) ends here; front ends show the
 * message alone, without frames. A cause is kept for the folded details.
 */
public class LoupeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LoupeException(String message) {
        super(message);
    }

    public LoupeException(String message, Throwable cause) {
        super(message, cause);
    }
}
