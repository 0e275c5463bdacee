package dev.waxwing.server.ingest;

import dev.waxwing.server.ingest.Offers.Offer;
import dev.waxwing.server.ingest.Offers.Standing;
import dev.waxwing.server.ingest.TextBlocks.Top;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known under the counters and ids of a batch of texts, and what has come to be known in it. Most texts are new, so none is
 * hashed before another has its counter or its id. Not safe for threads.
 */
final class KnownOffers {

    private final Map<String, OfDevice> devices = new HashMap<>();

    /** Looks up what is held, one device after the other. */
    static KnownOffers of(Collection<TextOffer> batch, Offers held) {
        KnownOffers known = new KnownOffers();
        Map<String, List<TextOffer>> byDevice = batch.stream().collect(Collectors.groupingBy(TextOffer::device));
        byDevice.forEach((device, texts) -> known.devices.put(device, OfDevice.of(device, texts, held)));
        return known;
    }

    /** How a text of the batch compares with what is known. */
    Standing standing(TextOffer text) {
        OfDevice known = known(text.device());
        List<Offer> found = Stream.of(known.byCounter.get(text.counter()), known.byId.get(text.textId()))
                .filter(Objects::nonNull)
                .map(Supplier::get)
                .toList();
        return found.isEmpty() ? Standing.NEW : Standing.of(text.offer(), found.stream());
    }

    /** A text of the batch is held from now on. */
    void add(TextOffer text) {
        known(text.device()).add(text.counter(), text.textId(), text::offer);
    }

    /** How far the texts of a device of the batch reached before. */
    Top top(String device) {
        return known(device).top;
    }

    private OfDevice known(String device) {
        return Objects.requireNonNull(devices.get(device), "a device of the batch");
    }

    private static final class OfDevice {

        private final Map<Long, Supplier<Offer>> byCounter = new HashMap<>();
        private final Map<String, Supplier<Offer>> byId = new HashMap<>();
        private final Top top;

        private OfDevice(Top top) {
            this.top = top;
        }

        static OfDevice of(String device, List<TextOffer> texts, Offers held) {
            Offers.Known known =
                    held.known(device, texts.stream().map(TextOffer::key).toList());
            OfDevice found = new OfDevice(known.top());
            known.offers().forEach(offer -> found.add(offer.counter(), offer.id(), () -> offer));
            return found;
        }

        void add(long counter, String id, Supplier<Offer> offer) {
            byCounter.put(counter, offer);
            byId.put(id, offer);
        }
    }
}
