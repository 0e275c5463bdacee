package dev.waxwing.server.ingest;

import dev.waxwing.server.ingest.Offers.Offer;
import dev.waxwing.server.ingest.Offers.Standing;
import dev.waxwing.server.ingest.TextBlocks.Top;
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
    private final Map<String, Top> tops = new HashMap<>();

    /** Looks up what is held, one device after the other. */
    static KnownOffers of(Collection<Offer> batch, Offers held) {
        KnownOffers known = new KnownOffers();
        Map<String, List<Offer>> byDevice = batch.stream().collect(Collectors.groupingBy(Offer::device));
        byDevice.forEach((device, offers) -> known.add(device, held.known(device, offers)));
        return known;
    }

    private void add(String device, Offers.Known held) {
        tops.put(device, held.top());
        held.offers().forEach(this::add);
    }

    /** How far the texts of a device reached before the batch. */
    Top top(String device) {
        return tops.getOrDefault(device, Top.NONE);
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
