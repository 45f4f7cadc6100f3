package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.ScrollMode;
import org.hibernate.ScrollableResults;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hibernate over our data source: its sessions, transactions, generated keys and scrolling. */
class HibernateIT {

  /** A row. */
  @Entity(name = "HibernatePart")
  static class Part {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Integer id;

    String name;

    Part() {}

    Part(String name) {
      this.name = name;
    }
  }

  /** Runs {@code test} on a pool of one connection, and looks whether that is fine afterwards. */
  private static void on(Database database, Consumer<SessionFactory> test) {
    try (HikariDataSource pool = database.pool(1)) {
      Configuration configuration = new Configuration().addAnnotatedClass(Part.class);
      configuration
          .getProperties()
          .put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, ContextDataSource.wrap(pool));
      configuration.setProperty(AvailableSettings.HBM2DDL_AUTO, "create-drop");
      try (SessionFactory factory = configuration.buildSessionFactory()) {
        test.accept(factory);
        assertThat(count(factory)).isNotNegative();
      }
    }
  }

  private static long count(SessionFactory factory) {
    return factory.fromSession(
        session ->
            session
                .createSelectionQuery("select count(*) from HibernatePart", Long.class)
                .getSingleResult());
  }

  private static void sleep(Database database, org.hibernate.Session session) {
    session.createNativeQuery(database.endless(), Object.class).getResultList();
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionInWhichSomethingIsCut_isRolledBack(Database database) {
    on(
        database,
        factory -> {
          try (CancelScope scope = Context.background().withCancel()) {
            RunningSql<Throwable> running =
                RunningSql.start(
                    scope.context(),
                    () -> {
                      try {
                        factory.inTransaction(
                            session -> {
                              session.persist(new Part("never seen")); // by a generated key
                              sleep(database, session);
                            });
                        return null;
                      } catch (RuntimeException e) {
                        return e;
                      }
                    });
            database.awaitExecuting(1);
            scope.cancel();
            assertThat(running.result()).hasRootCauseInstanceOf(CanceledException.class);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
          assertThat(count(factory)).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionWhoseContextHasEnded_isNotCommitted(Database database) {
    on(
        database,
        factory -> {
          try (CancelScope scope = Context.background().withCancel()) {
            scope
                .context()
                .run(
                    () ->
                        assertThatThrownBy(
                                () ->
                                    factory.inTransaction(
                                        session -> {
                                          session.persist(new Part("never seen"));
                                          scope.cancel();
                                        }))
                            .hasRootCauseInstanceOf(CanceledException.class));
          }
          assertThat(count(factory)).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void scrolling_endsBetweenTwoRows(Database database) {
    on(
        database,
        factory -> {
          factory.inTransaction(
              session -> {
                for (int i = 0; i < 100; i++) {
                  session.persist(new Part("part " + i));
                }
              });
          try (CancelScope scope = Context.background().withCancel()) {
            scope.context().run(() -> scroll(factory, scope));
          }
          assertThat(count(factory)).isEqualTo(100);
        });
  }

  private static void scroll(SessionFactory factory, CancelScope scope) {
    factory.inSession(
        session -> {
          ScrollableResults<Part> rows =
              session
                  .createSelectionQuery("from HibernatePart order by id", Part.class)
                  .setFetchSize(10)
                  .scroll(ScrollMode.FORWARD_ONLY);
          for (int i = 0; i < 15; i++) {
            assertThat(rows.next()).isTrue();
          }
          scope.cancel();
          assertThatThrownBy(
                  () -> {
                    while (rows.next()) {
                      assertThat(rows.get()).isNotNull();
                    }
                  })
              .hasRootCauseInstanceOf(CanceledException.class);
          rows.close();
        });
  }

  @ParameterizedTest
  @EnumSource
  void itsSessions_seeTheDriverThroughUs(Database database) {
    on(
        database,
        factory ->
            factory.inSession(
                session ->
                    session.doWork(
                        connection ->
                            assertThat(List.of(DriverCancel.of(connection)))
                                .doesNotHaveAnyElementsOfTypes(BestEffortCancel.class))));
  }
}
