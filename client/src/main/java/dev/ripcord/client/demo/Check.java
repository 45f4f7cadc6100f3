package dev.ripcord.client.demo;

/**
 * One thing that a scenario claims, and whether it was so.
 *
 * @param claim what must be seen, as a statement
 * @param holds whether it was
 * @param seen what was seen instead, for when it was not
 */
record Check(String claim, boolean holds, String seen) {}
