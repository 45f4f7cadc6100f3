package dev.ripcord.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** A way to a connection. */
interface ConnectionCall {
  Connection run() throws SQLException;
}
