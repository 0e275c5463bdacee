package dev.waxwing.server.ingest;

import dev.waxwing.server.ingest.Offers.Offer;
import dev.waxwing.server.ingest.Offers.Standing;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is known under the counters and ids of a batch of offers, and what has come to be known in it. Not safe for threads. */
final class KnownOffers {

    private final Map<Counter, Offer> byCounter = new HashMap<>();
    private final Map<Id, Offer> byId = new HashMap<>();

    /** Looks up what is held, with one statement for each device. */
    static KnownOffers of(Collection<Offer> batch, Offers held) {
        KnownOffers known = new KnownOffers();
        Map<String, List<Offer>> byDevice = batch.stream().collect(Collectors.groupingBy(Offer::device));
        byDevice.forEach((device, offers) -> held.known(device, offers).forEach(known::add));
        return known;
    }

    Standing standing(Offer offer) {
        Stream<Offer> found = Stream.of(byCounter.get(Counter.of(offer)), byId.get(Id.of(offer)))
                .filter(Objects::nonNull);
        return Standing.of(offer, found);
    }

    void add(Offer offer) {
        byCounter.put(Counter.of(offer), offer);
        byId.put(Id.of(offer), offer);
    }

    private record Counter(String device, long counter) {
        static Counter of(Offer offer) {
            return new Counter(offer.device(), offer.counter());
        }
    }

    private record Id(String device, String id) {
        static Id of(Offer offer) {
            return new Id(offer.device(), offer.id());
        }
    }
}
